--- The nearest known name to a mistyped one, for "did you mean".

local nearest = {}

-- Longer words are not typing mistakes of ours; the cap also bounds the work on hostile input.
local LONGEST = 64

--- Levenshtein distance with two rows; case counts for less than a letter.
local function distance(a, b)
  local previous, current = {}, {}
  for j = 0, #b do
    previous[j] = j
  end
  for i = 1, #a do
    current[0] = i
    local letter = a:sub(i, i)
    for j = 1, #b do
      local other = b:sub(j, j)
      local cost = letter == other and 0 or (letter:lower() == other:lower() and 0.2 or 1)
      current[j] = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
    end
    previous, current = current, previous
  end
  return previous[#b]
end

--- The known name a person probably meant, or nil when none is near.
---@param word any                         what was given; only strings have a nearest name
---@param known table<any, any>|string[]   names as array values, or as string keys
---@return string?
function nearest.name(word, known)
  if type(word) ~= "string" or #word > LONGEST then return nil end
  local best, best_distance
  for key, value in pairs(known) do
    local name = type(key) == "number" and value or key
    if type(name) == "string" and #name <= LONGEST then
      local d = distance(word, name)
      if not best or d < best_distance or (d == best_distance and name < best) then
        best, best_distance = name, d
      end
    end
  end
  local allowed = math.max(2, math.floor(#word / 3))
  if best and best_distance <= allowed and best_distance < #word then return best end
  return nil
end

--- ` (did you mean NAME?)`, or the empty text.
---@param word any
---@param known table<any, any>|string[]
---@return string
function nearest.hint(word, known)
  local name = nearest.name(word, known)
  return name and (" (did you mean %s?)"):format(name) or ""
end

return nearest
