rockspec_format = "3.0"
package = "proactive-httpd"
version = "dev-1"

description = {
  summary = "HTTP server of proactive for skill endpoints; sandbox and helpers for test suites",
  detailed = [[
    A sandbox that stands in for Alexa, with a page to look at; helpers for suites under busted; and
    the server of a skill that runs by itself. Needs libmicrohttpd.]],
  license = "MIT",
  labels = { "alexa", "http", "server" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1", "proactive" }

-- LuaRocks' own builder would put all of lua/ into every rock.
build = {
  type = "make",
  build_target = "rock",
  install_target = "install-rock",
  variables = {
    ROCK = "proactive-httpd",
    CFLAGS = "$(CFLAGS)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    INST_LUADIR = "$(LUADIR)",
    INST_LIBDIR = "$(LIBDIR)",
  },
}
