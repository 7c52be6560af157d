--- Libraries a command needs but the rock does not pull in: missing, each is one sentence that
--- names the package.

local compat = require "proactive.compat"
local stop = require "proactive.cli.stop"

local needs = {}

local HOW = {
  argparse = "the command line needs argparse: install lua-argparse (Debian) or the rock argparse",
  ["proactive.core"] = "this needs the C core, proactive.core: install the rock proactive, or run "
    .. "'make' in the source tree (Debian packages libcurl4-openssl-dev, libcjson-dev, libssl-dev)",
  ["proactive.httpd"] = "this needs proactive.httpd: install the rock proactive-httpd, or run "
    .. "'make' in the source tree (Debian package libmicrohttpd-dev)",
  ["proactive.sandbox"] = "this needs proactive.sandbox: install the rock proactive-httpd",
}

-- The loader says where on one line and why on the next.
local function on_one_line(text)
  return (tostring(text):gsub("%s*\n%s*", " "))
end

--- Requires a module, or ends the command with status 2.
---@param name "argparse"|"proactive.core"|"proactive.httpd"|"proactive.sandbox"
---@return any module
function needs.module(name)
  local found, module = pcall(require, name)
  if found then return module end
  local sentence = ("%s (Lua %s)"):format(HOW[name], compat.abi)
  -- Found but not loadable, as for a missing shared library: the loader's words say which.
  if not tostring(module):find("module '" .. name .. "' not found", 1, true) then
    sentence = ("%s: %s"):format(sentence, on_one_line(module))
  end
  stop.with(2, "%s", sentence)
end

return needs
