--- A page of the documentation as what its readers copy: its blocks of code.

local files = require "proactive.files"

local page = {}

--- The blocks of a page, in order.
---@param path string
---@return {language: string, text: string}[]
function page.blocks(path)
  local blocks = {}
  for language, text in ("\n" .. assert(files.read(path))):gmatch "\n```(%w+)\n(.-\n)```" do
    blocks[#blocks + 1] = { language = language, text = text }
  end
  return blocks
end

--- The lines of blocks of a language that begin with a word, without what is said about them.
---@param blocks {language: string, text: string}[]
---@param language string
---@param word string
---@return string[]
function page.lines(blocks, language, word)
  local list = {}
  for _, block in ipairs(blocks) do
    for line in block.text:gmatch "[^\n]+" do
      local begins = block.language == language and line:find("^" .. word .. " ")
      if begins then list[#list + 1] = (line:gsub("%s+#.*$", "")) end
    end
  end
  return list
end

return page
