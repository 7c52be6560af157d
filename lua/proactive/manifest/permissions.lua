--- The permissions that a manifest may ask for, as far as they are known.
---
--- Source: the SMAPI specification in https://github.com/alexa/alexa-apis-for-nodejs
--- (v1.skill.Manifest.PermissionName).

return {
  "alexa::alerts:reminders:skill:readwrite",
  "alexa::alerts:timers:skill:readwrite",
  "alexa::async_event:write",
  "alexa::authenticate:2:mandatory",
  "alexa::authenticate:2:optional",
  "alexa::customer_id:read",
  "alexa::device_id:read",
  "alexa::device_type:read",
  "alexa::devices:all:address:full:read",
  "alexa::devices:all:geolocation:read",
  "alexa::devices:all:notifications:urgent:write",
  "alexa::devices:all:notifications:write",
  "alexa::health:profile:write",
  "alexa::household:lists:read",
  "alexa::household:lists:write",
  "alexa::music:cast",
  "alexa::person_id:read",
  "alexa::personality:explicit:read",
  "alexa::personality:explicit:write",
  "alexa::profile:email:read",
  "alexa::profile:given_name:read",
  "alexa::profile:mobile_number:read",
  "alexa::profile:name:read",
  "alexa::raw_person_id:read",
  "alexa::skill:cds:monetization",
  "alexa::skill:proactive_enablement",
  "alexa::skill:products:entitlements",
  "alexa::user_experience_guidance:read",
  "alexa::utterance_id:read",
  "alexa:devices:all:address:country_and_postal_code:read",
  "avs::distributed_audio",
  "payments:autopay_consent",
}
