--- What a skill answers: a function's result as Alexa's JSON.

local json = require "proactive.json"

local response = {}

local function speech(text)
  if text:find "^%s*<speak>" then return { type = "SSML", ssml = text } end
  return { type = "PlainText", text = text }
end

--- Whether nothing can be said: nobody hears the answer to a skill event.
local function is_silent(kind)
  return kind:find "^AlexaSkillEvent%." ~= nil
end

--- The response to a request.
---@param kind string  the request's type
---@param result nil|string|table
---   a text to speak (SSML when it begins with `<speak>`); a response, or the whole of an answer
---@return table? answer
---@return string? message  what is wrong with the result
function response.of(kind, result)
  local whole = type(result) == "table" and not json.is_array(result) and result or nil
  if result ~= nil and type(result) ~= "string" and not whole then
    return nil, "a function must return a table, a text or nothing, got " .. type(result)
  end
  if is_silent(kind) or result == nil then return { version = "1.0", response = {} } end
  if type(result) == "string" then
    return { version = "1.0", response = { outputSpeech = speech(result) } }
  end
  if whole.response == nil then return { version = "1.0", response = whole } end
  local answer = {}
  for name, value in pairs(whole) do
    answer[name] = value
  end
  answer.version = answer.version or "1.0"
  return answer
end

return response
