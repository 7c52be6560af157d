--- lint.lua: the rules of this project that no general tool knows. `make lint` runs it with the two
--- lists of C sources in CORE_SOURCES and HTTPD_SOURCES.
---
--- Prints one line for each breach, and fails when there is any.

local LINE_LENGTH = 100
local SPEC_LINE_LENGTH = 120 -- a case of a table is one line
local FUNCTION_LINES = 50
local FILE_LINES = 400

local breaches = 0

local function breach(path, line, text, ...)
  breaches = breaches + 1
  print(string.format("%s:%d: %s", path, line, string.format(text, ...)))
end

-- Files ------------------------------------------------------------------------------------------

local function listing(command)
  local pipe = assert(io.popen(command))
  local names = {}
  for name in pipe:lines() do names[#names + 1] = name end
  assert(pipe:close(), command)
  return names
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function lines(text) return text:gmatch("([^\n]*)\n") end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

local function words(text)
  local set = {}
  for word in (text or ""):gmatch("%S+") do set[word] = true end
  return set
end

-- Layers: C --------------------------------------------------------------------------------------

--- Who may include a foreign header: a pattern for the header, a pattern for the file names.
local HEADERS = {
  { header = "^lua", files = "^l[%w_]*%.[ch]$" },
  { header = "^lauxlib", files = "^l[%w_]*%.[ch]$" },
  { header = "^curl/", files = "^http_?[%w_]*%.c$", also = "http_internal.h" },
  { header = "cJSON", files = "^json%.c$" },
  { header = "^microhttpd", files = "^httpd_?[%w_]*%.c$" },
  { header = "^openssl/", files = "^digest%.c$", also = "chain.c" },
}

--- Files that none of these may include: token is pure, a binding knows no foreign library.
local function check_include(path, number, name)
  local file = path:match("[^/]+$")
  for _, rule in ipairs(HEADERS) do
    if name:find(rule.header) and not file:find(rule.files) and file ~= rule.also then
      breach(path, number, "%s may not include <%s>", file, name)
    end
  end
  if file == "token.c" and name:find("^http") then
    breach(path, number, "token.c knows no HTTP, but includes %s", name)
  end
end

local function check_includes(path, text)
  local number = 0
  for line in lines(text) do
    number = number + 1
    local name = line:match('^%s*#%s*include%s*[<"]([^>"]+)')
    if name then check_include(path, number, name) end
  end
  if not text:find("SPDX-License-Identifier: MIT", 1, true) then
    breach(path, 1, "no SPDX line")
  end
end

--- What a library must leave to its host's program, and the one file that may call it.
local HOSTS = {
  { call = "setlocale" }, { call = "newlocale" }, { call = "uselocale" },
  { call = "curl_global_cleanup" },
  { call = "curl_global_init", file = "http_config.c" },
  { call = "sigaction", file = "interrupt.c" }, -- of core.watch_interrupt, which hosts never call
  { call = "signal" }, { call = "atexit" },
}

local function check_calls(path, text)
  local file, number = path:match("[^/]+$"), 0
  for line in lines(text) do
    number = number + 1
    for _, rule in ipairs(HOSTS) do
      if file ~= rule.file and line:find("%f[%w_]" .. rule.call .. "%s*%(") then
        breach(path, number, "%s may not call %s", file, rule.call)
      end
    end
  end
end

-- Layers: Lua ------------------------------------------------------------------------------------

--- From the bottom to the top. A module requires what stands in its own row or below.
local ROWS = {
  "compat files functions host in_process nearest template timers types",
  "errors options time json json_text endpoints form",
  "text localized audience schema schema.*",
  "language language.*",
  "events request validate preview credentials answer caller",
  "token token_store storage storage.* registry.*",
  "registry delivery delivery.*",
  "client client.* metrics",
  "manifest manifest.* smapi smapi.*",
  "campaign campaign.*",
  "skill skill.*",
  "openresty openresty.* loop loop.* lambda",
  "sandbox.*",
  "doctor doctor.*",
  "busted sandbox cli.*",
  "cli init",
}

--- Who may name the C modules. (What is pure Lua works without them: they are required when used.)
local CORE = "json request caller smapi smapi.* credentials token token_store delivery.* client "
  .. "client.* sandbox.* cli.deliver cli.campaign_run cli.login cli.origin cli.serve lambda "
  .. "doctor.* skill skill.* registry registry.* storage campaign campaign.*"
local HTTPD = "sandbox.* skill.server smapi.login"
local NGX = "host openresty openresty.*"

local function is_among(module, names)
  for name in names:gmatch("%S+") do
    local pattern = "^" .. name:gsub("%.", "%%."):gsub("%*", ".+") .. "$"
    if module:find(pattern) then return true end
  end
  return false
end

local function row_of(module)
  for row, names in ipairs(ROWS) do
    if is_among(module, names) then return row end
  end
end

local function module_of(path)
  local name = path:match("^lua/proactive/(.*)%.lua$"):gsub("/", ".")
  return (name:gsub("%.init$", ""))
end

local function check_require(path, number, module, wanted)
  if wanted == "core" or wanted == "httpd" then
    if not is_among(module, wanted == "core" and CORE or HTTPD) then
      breach(path, number, "%s may not require proactive.%s", module, wanted)
    end
    return
  end
  local own, other = row_of(module), row_of(wanted)
  if not other then
    breach(path, number, "proactive.%s stands in no row of scripts/lint.lua", wanted)
  elseif own and other > own then
    breach(path, number, "%s stands below proactive.%s and may not require it", module, wanted)
  end
end

local function check_layers(path, text)
  local module = module_of(path)
  if not row_of(module) then breach(path, 1, "%s stands in no row of scripts/lint.lua", module) end
  local number = 0
  for line in lines(text) do
    number = number + 1
    local code = line:gsub("%-%-.*$", "")
    for wanted in code:gmatch("require%s*%(?%s*[\"']proactive%.([%w_.]+)") do
      check_require(path, number, module, (wanted:gsub("%.$", ".*"))) -- the name goes on elsewhere
    end
    if code:find("%f[%w_]ngx%f[^%w_]") and not is_among(module, NGX) then
      breach(path, number, "only the host and openresty name ngx")
    end
    if code:find("require%f[^%w_].*[\"']DBI[\"']") and module ~= "storage.connection" then
      breach(path, number, "only storage/connection.lua requires DBI")
    end
    if (code:find("core%.encode") or code:find("core%.decode")) and module ~= "json" then
      breach(path, number, "only json.lua calls core.encode and core.decode")
    end
  end
end

-- Text -------------------------------------------------------------------------------------------

--- American spelling, where the British one is meant. Words in capitals are names of the service's.
local SPELLING = words("behavior color colors colored initialize initialized initializes "
  .. "normalize normalized recognize recognized serialize serialized serializes organize "
  .. "favor honor honors honored catalog center canceled canceling analyze analyzer license")

--- Where such a word is a name that somebody else chose.
local FOREIGN = {
  "https?://%S+", "SPDX%-License", "MIT [Ll]icense", "license%s*=", "%-%-no%-color",
  "%f[%a]color:", "color%-scheme",
}

local function check_spelling(path, number, line)
  for _, pattern in ipairs(FOREIGN) do line = line:gsub(pattern, "") end
  for word in line:gmatch("%f[%a]%a+%f[%A]") do
    local american = SPELLING[word:lower()] and word ~= word:upper()
    if american then breach(path, number, "spelling: %s", word) end
  end
end

local function check_text(path, text)
  local number = 0
  for line in lines(text) do
    number = number + 1
    local width = utf8.len(line)
    if not width then breach(path, number, "not UTF-8") end
    local longest = path:find("^spec/") and SPEC_LINE_LENGTH or LINE_LENGTH
    if width and width > longest then breach(path, number, "%d columns", width) end
    if line:find("%s$") then breach(path, number, "trailing white space") end
    if line:find("\t") and not path:find("Makefile") and not path:find("%.mk$") then
      breach(path, number, "tab")
    end
    if line:find("%f[%w]TO" .. "DO%f[%W]") or line:find("FIX" .. "ME") then
      breach(path, number, "unfinished")
    end
    local ours = not path:find("lint%.lua$") and not path:find("/language/")
    if ours and not path:find("%.css$") then
      check_spelling(path, number, line)
    end
  end
  if text ~= "" and text:sub(-1) ~= "\n" then breach(path, number, "no newline at the end") end
  return number
end

-- Sizes ------------------------------------------------------------------------------------------

--- A Lua function ends where `end` stands as far to the left as the line that began it. The blocks
--- of a spec are containers, not functions.
local function check_lua_functions(path, text)
  local open, number = {}, 0
  for line in lines(text) do
    number = number + 1
    local indent, rest = line:match("^( *)(.*)$")
    if rest:find("^end") and open[#indent] then
      local length = number - open[#indent] + 1
      if length > FUNCTION_LINES then
        breach(path, open[#indent], "a function of %d lines", length)
      end
      open[#indent] = nil
    end
    local code = rest:gsub("%-%-.*$", ""):gsub('"[^"]*"', '""')
    local begins = code:find("%f[%w_]function%f[^%w_]") and not code:find("%f[%w_]end%f[^%w_]")
    if begins and not code:find("^describe%(") then
      open[#indent] = number
    end
  end
end

-- C function bodies start with `{` at the end of a line that starts at the margin.
local function check_c_functions(path, text)
  local start, number = nil, 0
  for line in lines(text) do
    number = number + 1
    if line:find("^[%a_].*%)%s*{$") or line:find("^ .*%)%s*{$") and not start then
      start = start or number
    elseif line:find("^}") and start then
      if number - start + 1 > FUNCTION_LINES then
        breach(path, start, "a function of %d lines", number - start + 1)
      end
      start = nil
    end
  end
end

-- Lists ------------------------------------------------------------------------------------------

local function compare(what, given, expected)
  for name in pairs(expected) do
    if not given[name] then breach(what, 1, "%s is missing", name) end
  end
  for name in pairs(given) do
    if not expected[name] then breach(what, 1, "%s is too much", name) end
  end
end

--- A rock asks for a Lua from 5.1 on, and not for one that is old enough.
local function check_rockspec(path)
  local spec = {}
  assert(loadfile(path, "t", spec))()
  local lua -- what it asks for
  for _, dependency in ipairs(spec.dependencies) do lua = lua or dependency:match("^lua%s.*") end
  if lua ~= "lua >= 5.1" then breach(path, 1, "it asks for %q, not for lua >= 5.1", lua) end
end

local function check_lists()
  local listed, on_disk = {}, {}
  for _, list in ipairs({ "CORE_SOURCES", "HTTPD_SOURCES" }) do
    for name in pairs(words(os.getenv(list))) do listed[name] = true end
  end
  for _, path in ipairs(listing("find csrc -name '*.c'")) do
    on_disk[path:match("[^/]+$")] = true
  end
  compare("Makefile", listed, on_disk)
  for _, path in ipairs(listing("ls *.rockspec")) do check_rockspec(path) end
end

-- Main -------------------------------------------------------------------------------------------

local TEXT = "find . \\( -name .git -o -name build -o -name node_modules \\) -prune -o -type f "
  .. "\\( -name '*.[ch]' -o -name '*.lua' -o -name '*.sh' -o -name Makefile -o -name '*.rockspec' "
  .. "-o -path './lua/*.js' -o -path './lua/*.css' -o -path './lua/*.html' "
  .. "-o -path './spec/browser/*.js' "
  .. "-o -name '*.py' -o -path './bin/*' -o -path './.ci/*' \\) -print"

for _, found in ipairs(listing(TEXT)) do
  local path = found:gsub("^%./", "")
  local text = read(path)
  local count = check_text(path, text)
  local code = path:find("%.[ch]$") or path:find("%.lua$") or path:find("%.js$")
    or path:find("%.css$") or path:find("^bin/")
  if code and not path:find("^spec/") and count > FILE_LINES then
    breach(path, 1, "a file of %d lines", count)
  end
  if path:find("%.lua$") or path:find("^bin/") then check_lua_functions(path, text) end
  if path:find("%.[ch]$") then check_c_functions(path, text) end
  if path:find("^csrc/") then
    check_includes(path, text)
    check_calls(path, text)
  end
  if path:find("^lua/proactive/.*%.lua$") then check_layers(path, text) end
end
if exists("proactive-dev-1.rockspec") then check_lists() end

os.exit(breaches == 0)
