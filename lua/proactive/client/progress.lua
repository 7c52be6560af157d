--- How a long run is going, on a terminal: done, rate, counts by kind, time left.

local compat = require "proactive.compat"

local progress = {}

-- Often enough to look alive, rarely enough to cost nothing.
progress.EVERY = 0.2

local function clock_text(seconds)
  local whole = math.floor(seconds + 0.5)
  if whole < 3600 then return ("%d:%02d"):format(math.floor(whole / 60), whole % 60) end
  return ("%d:%02d:%02d"):format(math.floor(whole / 3600), math.floor(whole / 60) % 60, whole % 60)
end

local function kinds_text(by_kind)
  local kinds = {}
  for kind, count in pairs(by_kind) do
    kinds[#kinds + 1] = ("%s %d"):format(kind, count)
  end
  table.sort(kinds)
  return table.concat(kinds, ", ")
end

--- One line of text.
---@param report proactive.Report
---@return string
function progress.line(report)
  local done = report.accepted + report.failed
  local parts = { ("%d accepted"):format(report.accepted) }
  if report.failed > 0 then parts[#parts + 1] = kinds_text(report.by_kind) end
  parts[#parts + 1] = ("%d/s"):format(math.floor(report.rate + 0.5))
  if report.total and report.total > 0 then
    table.insert(parts, 1, ("%d %%"):format(math.floor(done / report.total * 100)))
    if report.rate > 0 and not report.done then
      parts[#parts + 1] = clock_text((report.total - done) / report.rate) .. " left"
    end
  end
  if report.done then parts[#parts + 1] = clock_text(report.elapsed) end
  return table.concat(parts, "  ")
end

--- A function that draws the line over itself on standard error; nil when that is no terminal.
---@return (fun(report: proactive.Report))?
function progress.on_terminal()
  if not compat.execute "test -t 2" then return nil end
  return function(report)
    io.stderr:write("\r\27[K", progress.line(report), report.done and "\n" or "")
    io.stderr:flush()
  end
end

return progress
