--- Where the facts of the schema come from. Amazon's own pages and samples first; the field tables
--- of the official page are known through the others.

return {
  -- Amazon: event catalogue with one sample sentence each, English and Japanese
  SCHEMAS = "https://developer.amazon.com/docs/smapi/schemas-for-proactive-events.html",
  SCHEMAS_JA = "https://developer.amazon.com/ja/docs/smapi/schemas-for-proactive-events.html",
  -- Amazon: the operations; the generated SDK; the sample scripts
  REFERENCE = "https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html",
  SDK = "https://github.com/alexa/alexa-apis-for-nodejs",
  COOKBOOK = "https://github.com/alexa/alexa-cookbook",
  -- What a device does whose locale has no text
  SILENT_LOCALE = "https://github.com/alexa/alexa-cookbook/issues/192",
  -- The official tables in other words
  JOVO = "https://www.jovo.tech/docs/amazon-alexa/proactive-events",
  -- Typed clients written from the official page
  ALEXA_NET = "https://github.com/stoiveyp/Alexa.NET.ProactiveEvents",
  ASK_UTILS = "https://github.com/ask-utils/proactive-event",
  VOXA = "https://github.com/VoxaAI/voxa",
  -- Running code and observed answers
  AFTERSHIP = "https://github.com/jsetton/alexa-aftership",
  JAVA_KIT = "https://github.com/satr/java-ask-proactive-api-kit",
  HOME_ASSISTANT = "https://github.com/paoloantinori/ha_alexa_proactive",
  ARTICLE = "https://medium.com/swlh/"
    .. "get-started-with-amazon-alexa-skills-proactive-events-api-5b082bcb282c",
}
