--- Numbers of several runs: medians, percentiles, and a table of them, printed and kept.

local files = require("bench.lib.files")

local figures = {}

--- The value below which that part of the values lies.
---@param values number[]  left as they are
---@param part number      0 to 1
---@return number
function figures.percentile(values, part)
  local sorted = {}
  for index, value in ipairs(values) do sorted[index] = value end
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(#sorted * part))]
end

---@param values number[]
---@return number
function figures.median(values)
  local sorted = {}
  for index, value in ipairs(values) do sorted[index] = value end
  table.sort(sorted)
  local low, high = math.floor((#sorted + 1) / 2), math.floor(#sorted / 2) + 1
  return (sorted[low] + sorted[high]) / 2
end

--- One figure of each of several runs.
---@param runs table<string, number>[]
---@param name string
---@return number[]
function figures.column(runs, name)
  local values = {}
  for index, run in ipairs(runs) do values[index] = run[name] end
  return values
end

--- The line of cells that a Markdown table shows, its columns as wide as they must be.
local function rows_of(cells)
  local widths = {}
  for _, row in ipairs(cells) do
    for index, cell in ipairs(row) do widths[index] = math.max(widths[index] or 3, #cell) end
  end
  local lines = {}
  for _, row in ipairs(cells) do
    local padded = {}
    for index, width in ipairs(widths) do
      local cell = row[index] or ""
      padded[index] = cell .. (" "):rep(width - #cell)
    end
    lines[#lines + 1] = "| " .. table.concat(padded, " | ") .. " |"
  end
  local rule = {}
  for index, width in ipairs(widths) do rule[index] = ("-"):rep(width) end
  table.insert(lines, 2, "| " .. table.concat(rule, " | ") .. " |")
  return lines
end

---@class bench.Report
local Report = {}
Report.__index = Report

--- A report: a title, then lines and tables as they come.
---@param name string   of the benchmark
---@param title string
---@return bench.Report
function figures.report(name, title)
  local report = setmetatable({ name = name, lines = {}, kept = true }, Report)
  report:say("# %s", title)
  report:say("")
  return report
end

--- Adds a line.
function Report:say(text, ...)
  local line = select("#", ...) > 0 and string.format(text, ...) or text
  self.lines[#self.lines + 1] = line
  print(line)
end

--- Adds a table; the first row is its head.
---@param cells string[][]
function Report:table(cells)
  for _, line in ipairs(rows_of(cells)) do self:say("%s", line) end
  self:say("")
end

--- Says whether a figure is what it must be.
---@param kept boolean
---@param text string
function Report:must(kept, text, ...)
  self.kept = self.kept and kept
  self:say("* %s: %s", kept and "kept" or "MISSED", string.format(text, ...))
end

--- Writes the report to build/bench.
---@return boolean kept  whether all figures are what they must be
function Report:finish()
  self:say("")
  files.write(files.path(self.name .. ".md"), table.concat(self.lines, "\n") .. "\n")
  return self.kept
end

return figures
