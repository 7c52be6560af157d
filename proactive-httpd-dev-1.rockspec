rockspec_format = "3.0"
package = "proactive-httpd"
version = "dev-1"

description = {
  summary = "HTTP server of proactive for skill endpoints; sandbox and helpers for test suites",
  detailed = [[
    The library that is needed, on Debian: apt-get install libmicrohttpd-dev
    README.md has the command for Fedora, Alpine and Homebrew.]],
  license = "MIT",
  labels = { "alexa", "http", "server" },
}

source = { url = "git+file://." }

dependencies = { "lua >= 5.1", "proactive" }

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
    ["proactive.busted"] = "lua/proactive/busted.lua",
    ["proactive.sandbox"] = "lua/proactive/sandbox/init.lua",
    ["proactive.sandbox.app"] = "lua/proactive/sandbox/app.lua",
    ["proactive.sandbox.authority"] = "lua/proactive/sandbox/authority.lua",
    ["proactive.sandbox.child"] = "lua/proactive/sandbox/child.lua",
    ["proactive.sandbox.clock"] = "lua/proactive/sandbox/clock.lua",
    ["proactive.sandbox.control"] = "lua/proactive/sandbox/control.lua",
    ["proactive.sandbox.counts"] = "lua/proactive/sandbox/counts.lua",
    ["proactive.sandbox.customers"] = "lua/proactive/sandbox/customers.lua",
    ["proactive.sandbox.events"] = "lua/proactive/sandbox/events.lua",
    ["proactive.sandbox.faults"] = "lua/proactive/sandbox/faults.lua",
    ["proactive.sandbox.fields"] = "lua/proactive/sandbox/fields.lua",
    ["proactive.sandbox.guard"] = "lua/proactive/sandbox/guard.lua",
    ["proactive.sandbox.html"] = "lua/proactive/sandbox/html.lua",
    ["proactive.sandbox.ids"] = "lua/proactive/sandbox/ids.lua",
    ["proactive.sandbox.inbox"] = "lua/proactive/sandbox/inbox.lua",
    ["proactive.sandbox.inside"] = "lua/proactive/sandbox/inside.lua",
    ["proactive.sandbox.journal"] = "lua/proactive/sandbox/journal.lua",
    ["proactive.sandbox.live"] = "lua/proactive/sandbox/live.lua",
    ["proactive.sandbox.logins"] = "lua/proactive/sandbox/logins.lua",
    ["proactive.sandbox.lwa"] = "lua/proactive/sandbox/lwa.lua",
    ["proactive.sandbox.manifests"] = "lua/proactive/sandbox/manifests.lua",
    ["proactive.sandbox.oa"] = "lua/proactive/sandbox/oa.lua",
    ["proactive.sandbox.outbox"] = "lua/proactive/sandbox/outbox.lua",
    ["proactive.sandbox.outcomes"] = "lua/proactive/sandbox/outcomes.lua",
    ["proactive.sandbox.page"] = "lua/proactive/sandbox/page/init.lua",
    ["proactive.sandbox.page.compose"] = "lua/proactive/sandbox/page/compose.lua",
    ["proactive.sandbox.page.explain"] = "lua/proactive/sandbox/page/explain.lua",
    ["proactive.sandbox.page.views"] = "lua/proactive/sandbox/page/views.lua",
    ["proactive.sandbox.post"] = "lua/proactive/sandbox/post.lua",
    ["proactive.sandbox.random"] = "lua/proactive/sandbox/random.lua",
    ["proactive.sandbox.reply"] = "lua/proactive/sandbox/reply.lua",
    ["proactive.sandbox.server"] = "lua/proactive/sandbox/server.lua",
    ["proactive.sandbox.shapes"] = "lua/proactive/sandbox/shapes.lua",
    ["proactive.sandbox.signer"] = "lua/proactive/sandbox/signer.lua",
    ["proactive.sandbox.skill_events"] = "lua/proactive/sandbox/skill_events.lua",
    ["proactive.sandbox.skills"] = "lua/proactive/sandbox/skills.lua",
    ["proactive.sandbox.smapi"] = "lua/proactive/sandbox/smapi/init.lua",
    ["proactive.sandbox.smapi.answers"] = "lua/proactive/sandbox/smapi/answers.lua",
    ["proactive.sandbox.smapi.enablement"] = "lua/proactive/sandbox/smapi/enablement.lua",
    ["proactive.sandbox.smapi.invocations"] = "lua/proactive/sandbox/smapi/invocations.lua",
    ["proactive.sandbox.smapi.listing"] = "lua/proactive/sandbox/smapi/listing.lua",
    ["proactive.sandbox.smapi.manifest"] = "lua/proactive/sandbox/smapi/manifest.lua",
    ["proactive.sandbox.smapi.resources"] = "lua/proactive/sandbox/smapi/resources.lua",
    ["proactive.sandbox.smapi.schemas"] = "lua/proactive/sandbox/smapi/schemas.lua",
    ["proactive.sandbox.speech"] = "lua/proactive/sandbox/speech.lua",
    ["proactive.sandbox.state"] = "lua/proactive/sandbox/state.lua",
    ["proactive.sandbox.tls"] = "lua/proactive/sandbox/tls.lua",
    ["proactive.sandbox.world"] = "lua/proactive/sandbox/world.lua",
  },
  install = {
    -- The page's own files, beside its module.
    lua = {
      ["proactive.sandbox.page.api"] = "lua/proactive/sandbox/page/api.js",
      ["proactive.sandbox.page.chart"] = "lua/proactive/sandbox/page/chart.js",
      ["proactive.sandbox.page.clock"] = "lua/proactive/sandbox/page/clock.js",
      ["proactive.sandbox.page.composer"] = "lua/proactive/sandbox/page/composer.js",
      ["proactive.sandbox.page.customer"] = "lua/proactive/sandbox/page/customer.js",
      ["proactive.sandbox.page.device"] = "lua/proactive/sandbox/page/device.js",
      ["proactive.sandbox.page.devices"] = "lua/proactive/sandbox/page/devices.js",
      ["proactive.sandbox.page.dom"] = "lua/proactive/sandbox/page/dom.js",
      ["proactive.sandbox.page.faults"] = "lua/proactive/sandbox/page/faults.js",
      ["proactive.sandbox.page.form"] = "lua/proactive/sandbox/page/form.js",
      ["proactive.sandbox.page.icon"] = "lua/proactive/sandbox/page/icon.svg",
      ["proactive.sandbox.page.main"] = "lua/proactive/sandbox/page/main.js",
      ["proactive.sandbox.page.style"] = "lua/proactive/sandbox/page/page.css",
      ["proactive.sandbox.page.requests"] = "lua/proactive/sandbox/page/requests.js",
      ["proactive.sandbox.page.speech"] = "lua/proactive/sandbox/page/speech.js",
      ["proactive.sandbox.page.text"] = "lua/proactive/sandbox/page/page.html",
    },
  },
}
