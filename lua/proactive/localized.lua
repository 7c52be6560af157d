--- A text for each locale, in place of a text.

---@class proactive.Localized
---@field localized table<string, string>  locale, as `en-US` -> text

--- A localized text: plain data, safe to store and copy. What is in it is judged where it is used,
--- because texts come from databases.
---@param texts table<string, string>  locale -> text; copied
---@return proactive.Localized
return function(texts)
  if type(texts) ~= "table" then
    error(("localized: a table of texts by locale expected, got %s"):format(type(texts)), 2)
  end
  local copy = {}
  for locale, text in pairs(texts) do
    copy[locale] = text
  end
  return { localized = copy }
end
