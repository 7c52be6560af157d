---@meta
--- The functions that are parts of `proactive`, for editors. Written by
--- scripts/reference.lua from the modules; never loaded.
-- luacheck: ignore

---@class proactive
local proactive = {}

--- Makes a client. Nothing is sent; the certificate store is read.
---@param options proactive.ClientOptions?
---@return proactive.Client?
---@return proactive.Error?
---   kind `auth`: no credentials; `invalid`: an address, file or credential that cannot be used
function proactive.client(options) end

--- Examines the chain.
---@param options proactive.DoctorOptions?
---@return proactive.Findings
function proactive.doctor(options) end

--- The JSON text of a request body, fields in the order of the documentation; `{}` and `[]` as the
--- schema says.
---@param body table
---@param opts? {pretty: boolean?}
---@return string?
---@return proactive.Error?  kind `invalid`, with the path of what cannot be written
function proactive.encode(body, opts) end

--- A localized text: plain data, safe to store and copy. What is in it is judged where it is used,
--- because texts come from databases.
---@param texts table<string, string>  locale -> text; copied
---@return proactive.Localized
function proactive.localized(texts) end

--- Makes the sentence an event becomes on a device.
---
--- Sources: https://developer.amazon.com/docs/smapi/schemas-for-proactive-events.html and
--- https://developer.amazon.com/ja/docs/smapi/schemas-for-proactive-events.html (sentences)
---@param event proactive.Event|table  an event, or a request body that `proactive.validate` accepts
---@param locale string                the device's, as `en-US`
---@param opts? proactive.PreviewOptions
---@return proactive.Preview?
---@return proactive.Error?            kind `invalid`, when the event cannot be said at all
function proactive.preview(event, locale, opts) end

--- Makes the whole request body. Neither argument is changed or kept.
---
--- Source: https://developer.amazon.com/docs/alexa/smapi/proactive-events-api-reference.html
---@param event proactive.Event
---@param audience proactive.Audience   Unicast or Multicast
---@param opts? proactive.RequestOptions
---@return table? request
---@return proactive.Error?             kind `invalid`, when the payload cannot be written at all
function proactive.request(event, audience, opts) end

--- A handler of a skill's requests.
---@param opts proactive.skill.Options
---@return proactive.Skill?
---@return proactive.Error?  the file of certificates cannot be read
function proactive.skill(opts) end

--- A client of SMAPI. Its calls block; in OpenResty they yield.
---@param options proactive.smapi.Options?
---@return proactive.Smapi?
---@return proactive.Error?  kind `auth`: there is no login
function proactive.smapi(options) end

--- Checks a request body.
---@param body table|string  as `proactive.request` makes it, or its JSON text; never changed
---@param opts? proactive.ValidateOptions
---@return true|nil ok
---@return proactive.Violation[]|proactive.Error  the warnings; or an error of kind `invalid` with
---   all `violations` and `warnings`
---@return table? body       the body as a table, when it is acceptable and text was given
function proactive.validate(body, opts) end
