--- The public surface: `proactive`, what else is required by itself, and what is reached from these
--- by fields, parameters and results.

local annotations = require("scripts.docs.annotations")

local surface = {}

local ROOTS = { "proactive", "proactive.busted" }

---@class docs.Surface
---@field classes table<string, table>  by name: about, parent, fields, functions, path
---@field aliases table<string, table>
---@field bare table[]                  functions of classes without annotation: path, line, name
local Surface = {}
Surface.__index = Surface

local function class_of(self, name)
  local class = self.classes[name]
  if not class then
    class = { name = name, about = "", fields = {}, functions = {}, of = {} }
    self.classes[name] = class
  end
  return class
end

local function add_all(list, more)
  for _, element in ipairs(more) do list[#list + 1] = element end
end

local function take_class(self, block)
  local class = class_of(self, block.class.name)
  class.parent = class.parent or block.class.parent
  class.overload = class.overload or block.overload
  local about = block.class.about
  if about == "" then about = block.about end
  if class.about == "" then class.about = about end
  class.path = class.path or block.path
  add_all(class.fields, block.fields)
  return class
end

local function take_function(class, block, fn)
  fn.about, fn.taken, fn.returns = block.about, block.params, block.returns
  fn.path, fn.line = block.path, block.line
  class.of[fn.name] = true
  if not block.hidden then table.insert(class.functions, fn) end
end

local function take_block(self, block, bound)
  local code = block.code
  if block.alias then self.aliases[block.alias.name] = block.alias end
  if block.class then
    local class = take_class(self, block)
    local variable = code:match("^local ([%w_]+) = ")
    if variable then bound[variable] = class end
    return
  end
  local fn = annotations.function_of(code)
  if fn and bound[fn.owner] then return take_function(bound[fn.owner], block, fn) end
  local owner, name = code:match("^([%w_]+)%.([%w_]+) = ")
  if block.type and bound[owner] then
    local field = { name = name, type = block.type, about = block.about }
    table.insert(bound[owner].fields, field)
  end
end

--- Functions of a class that have no block above them.
local function find_bare(self, path, bound)
  local number = 0
  for line in io.lines(path) do
    number = number + 1
    local fn = annotations.function_of(line)
    local class = fn and bound[fn.owner]
    if class and not class.of[fn.name] and not fn.name:find("^__") then
      local name = class.name .. fn.separator .. fn.name
      table.insert(self.bare, { class = class.name, name = name, path = path, line = number })
    end
  end
end

--- Reads annotated files.
---@param paths string[]
---@return docs.Surface
function surface.read(paths)
  local self = setmetatable({ classes = {}, aliases = {}, bare = {} }, Surface)
  for _, path in ipairs(paths) do
    local bound = {}
    for _, block in ipairs(annotations.file(path)) do take_block(self, block, bound) end
    find_bare(self, path, bound)
  end
  return self
end

--- The types a class or an alias speaks of, each with where it does.
local function mentions(self, name)
  local found = {}
  local function add(text, where) found[#found + 1] = { text = text, where = where } end
  local alias = self.aliases[name]
  for _, option in ipairs(alias and alias.types or {}) do add(option.type, name) end
  local class = self.classes[name]
  if not class then return found end
  if class.parent then add(class.parent, name) end
  for _, field in ipairs(class.fields) do
    if not field.hidden then add(field.type, name .. "." .. field.name) end
  end
  for _, fn in ipairs(class.functions) do
    local where = name .. fn.separator .. fn.name
    for _, param in ipairs(fn.taken) do add(param.type, where) end
    for _, result in ipairs(fn.returns) do add(result.type, where) end
  end
  return found
end

--- What is reached: names in the order they are met, and what is named but nowhere described.
---@return string[] names
---@return {name: string, where: string}[] unknown
function Surface:reach()
  local names, seen, unknown = {}, {}, {}
  for index, root in ipairs(ROOTS) do
    names[index], seen[root] = root, true
  end
  local at = 1
  while names[at] do
    for _, mention in ipairs(mentions(self, names[at])) do
      for name in mention.text:gmatch("proactive%.[%w_.]*[%w_]") do
        local known = self.classes[name] or self.aliases[name]
        if not known then unknown[#unknown + 1] = { name = name, where = mention.where } end
        if known and not seen[name] then
          seen[name], names[#names + 1] = true, name
        end
      end
    end
    at = at + 1
  end
  return names, unknown
end

local function function_problems(class, fn, problems)
  local function add(text, ...)
    local what = class.name .. fn.separator .. fn.name
    problems[#problems + 1] = ("%s:%d: %s %s"):format(fn.path, fn.line, what, text:format(...))
  end
  if fn.about == "" then add("does not say what it does") end
  local taken = {}
  for _, param in ipairs(fn.taken) do taken[param.name] = true end
  for _, name in ipairs(fn.params) do
    if not taken[name] then add("does not describe its parameter %s", name) end
    taken[name] = nil
  end
  for name in pairs(taken) do add("describes a parameter %s that it does not take", name) end
end

--- What is missing or wrong in the documentation of what is reached, a line each.
---@return string[]
function Surface:problems()
  local problems, reached = {}, {}
  local names, unknown = self:reach()
  for _, one in ipairs(unknown) do
    problems[#problems + 1] = ("%s speaks of %s, which there is not"):format(one.where, one.name)
  end
  for _, name in ipairs(names) do
    reached[name] = true
    local class = self.classes[name]
    for _, fn in ipairs(class and class.functions or {}) do
      function_problems(class, fn, problems)
    end
  end
  for _, one in ipairs(self.bare) do
    if reached[one.class] then
      problems[#problems + 1] = ("%s:%d: %s is not annotated"):format(one.path, one.line, one.name)
    end
  end
  return problems
end

return surface
