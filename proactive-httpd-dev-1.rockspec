rockspec_format = "3.0"
package = "proactive-httpd"
version = "dev-1"

description = {
  summary = "The HTTP server of proactive: for its sandbox and for a skill endpoint",
  license = "MIT",
  labels = { "alexa", "http", "server" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1" }

external_dependencies = {
  MICROHTTPD = { library = "microhttpd" },
}

build = {
  type = "builtin",
  modules = {
    ["proactive.httpd"] = {
      sources = {
        "csrc/buf.c", "csrc/conn.c", "csrc/field.c", "csrc/httpd.c",
        "csrc/httpd_fork.c", "csrc/httpd_stream.c", "csrc/lhttpd.c", "csrc/poller.c",
        "csrc/process.c", "csrc/sock.c", "csrc/waiter.c",
      },
      defines = { "_GNU_SOURCE" },
      libraries = { "microhttpd" },
      incdirs = { "$(MICROHTTPD_INCDIR)" },
      libdirs = { "$(MICROHTTPD_LIBDIR)" },
    },
  },
}
