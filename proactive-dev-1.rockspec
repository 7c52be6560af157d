rockspec_format = "3.0"
package = "proactive"
version = "dev-1"

description = {
  summary = "Alexa proactive events: define, check, preview and send them",
  detailed = [[
    Define an Alexa proactive event in Lua, check it against its schema, hear what Alexa will say,
    send it to one customer or to all, and know afterwards what happened to each. The rock
    proactive-httpd adds a sandbox that stands in for Alexa, so that everything runs without an
    account; the rock proactive-cli adds the command. Needs libcurl, libcrypto and cJSON.]],
  license = "MIT",
  labels = { "alexa", "notifications", "http" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1" }

-- LuaRocks' own builder would put all of lua/ into every rock.
build = {
  type = "make",
  build_target = "rock",
  install_target = "install-rock",
  variables = {
    ROCK = "proactive",
    CFLAGS = "$(CFLAGS)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    INST_LUADIR = "$(LUADIR)",
    INST_LIBDIR = "$(LIBDIR)",
  },
}
