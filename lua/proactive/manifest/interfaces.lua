--- The interfaces that a skill may have (`apis.custom.interfaces`), as far as they are known.
--- Amazon takes more than its models name.
---
--- Sources: the SMAPI models in https://github.com/alexa/alexa-apis-for-java
--- (v1.skill.Manifest.ModelInterface); the last two are from manifests in use.

return {
  "ALEXA_DATASTORE_PACKAGEMANAGER",
  "ALEXA_PRESENTATION_APL",
  "ALEXA_PRESENTATION_HTML",
  "APP_LINKS",
  "APP_LINKS_V2",
  "AUDIO_PLAYER",
  "GADGET_CONTROLLER",
  "GAME_ENGINE",
  "RENDER_TEMPLATE",
  "VIDEO_APP",
  "ALEXA_DATA_STORE",
  "ALEXA_EXTENSION",
}
