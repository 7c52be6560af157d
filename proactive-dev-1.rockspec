rockspec_format = "3.0"
package = "proactive"
version = "dev-1"

description = {
  summary = "Alexa proactive events: define, check, preview and send them",
  detailed = [[
    Define an Alexa proactive event in Lua, check it against its schema, hear what Alexa will say,
    send it to one customer or to all, and know afterwards what happened to each. With a sandbox
    that stands in for Alexa, so that everything runs without an account.]],
  license = "MIT",
  labels = { "alexa", "notifications", "http" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1" }

-- Found by library, not by header: multiarch systems keep curl.h where only the compiler looks.
external_dependencies = {
  CURL = { library = "curl" },
  CJSON = { library = "cjson" },
  CRYPTO = { library = "crypto" },
}

build = {
  type = "builtin",
  modules = {
    ["proactive.core"] = {
      sources = {
        "csrc/body.c", "csrc/buf.c", "csrc/digest.c", "csrc/http.c", "csrc/http_config.c",
        "csrc/http_form.c", "csrc/http_parking.c", "csrc/http_result.c", "csrc/http_route.c",
        "csrc/http_sigpipe.c", "csrc/http_socket.c", "csrc/http_transfer.c", "csrc/http_warm.c",
        "csrc/interrupt.c",
        "csrc/json.c", "csrc/json_scan.c", "csrc/json_write.c", "csrc/lbody.c",
        "csrc/lcore.c", "csrc/lhttp.c",
        "csrc/ljson.c", "csrc/ljson_encode.c", "csrc/lresult.c", "csrc/lsystem.c",
        "csrc/ltoken.c", "csrc/ltoken_make.c", "csrc/oauth.c", "csrc/poller.c", "csrc/process.c",
        "csrc/random.c", "csrc/token.c",
      },
      defines = { "_GNU_SOURCE" },
      libraries = { "curl", "cjson", "crypto", "pthread" },
      incdirs = { "$(CURL_INCDIR)", "$(CJSON_INCDIR)", "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)", "$(CJSON_LIBDIR)", "$(CRYPTO_LIBDIR)" },
    },
    ["proactive.answer"] = "lua/proactive/answer.lua",
    ["proactive.cli"] = "lua/proactive/cli/init.lua",
    ["proactive.cli.explain"] = "lua/proactive/cli/explain.lua",
    ["proactive.cli.file"] = "lua/proactive/cli/file.lua",
    ["proactive.cli.flags"] = "lua/proactive/cli/flags.lua",
    ["proactive.cli.needs"] = "lua/proactive/cli/needs.lua",
    ["proactive.cli.output"] = "lua/proactive/cli/output.lua",
    ["proactive.cli.stop"] = "lua/proactive/cli/stop.lua",
    ["proactive.client"] = "lua/proactive/client.lua",
    ["proactive.compat"] = "lua/proactive/compat.lua",
    ["proactive.credentials"] = "lua/proactive/credentials.lua",
    ["proactive.delivery"] = "lua/proactive/delivery.lua",
    ["proactive.endpoints"] = "lua/proactive/endpoints.lua",
    ["proactive.errors"] = "lua/proactive/errors.lua",
    ["proactive.json"] = "lua/proactive/json.lua",
    ["proactive.nearest"] = "lua/proactive/nearest.lua",
    ["proactive.options"] = "lua/proactive/options.lua",
    ["proactive.text"] = "lua/proactive/text.lua",
    ["proactive.time"] = "lua/proactive/time.lua",
    ["proactive.token"] = "lua/proactive/token.lua",
  },
  install = { bin = { "bin/proactive" } },
}
