rockspec_format = "3.0"
package = "proactive-cli"
version = "dev-1"

description = {
  summary = "The command proactive: Alexa proactive events from a shell and from cron",
  detailed = [[
    It reads its arguments with argparse, which is not asked for here since systems package it
    under names that LuaRocks does not see: lua-argparse on Debian, the rock argparse elsewhere.]],
  license = "MIT",
  labels = { "alexa", "notifications", "cli" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1", "proactive" }

-- LuaRocks' own builder would put all of lua/ into every rock.
build = {
  type = "make",
  build_target = "rock",
  install_target = "install-rock",
  variables = {
    ROCK = "proactive-cli",
    CFLAGS = "$(CFLAGS)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    INST_LUADIR = "$(LUADIR)",
    INST_LIBDIR = "$(LIBDIR)",
  },
  build_pass = false,
  install = { bin = { "bin/proactive" } },
}
