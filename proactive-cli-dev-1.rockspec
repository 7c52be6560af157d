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

build = {
  type = "builtin",
  modules = {
    ["proactive.cli"] = "lua/proactive/cli/init.lua",
    ["proactive.cli.app"] = "lua/proactive/cli/app.lua",
    ["proactive.cli.body"] = "lua/proactive/cli/body.lua",
    ["proactive.cli.campaign"] = "lua/proactive/cli/campaign.lua",
    ["proactive.cli.campaign_create"] = "lua/proactive/cli/campaign_create.lua",
    ["proactive.cli.campaign_run"] = "lua/proactive/cli/campaign_run.lua",
    ["proactive.cli.commands"] = "lua/proactive/cli/commands.lua",
    ["proactive.cli.completion"] = "lua/proactive/cli/completion.lua",
    ["proactive.cli.deliver"] = "lua/proactive/cli/deliver.lua",
    ["proactive.cli.demo"] = "lua/proactive/cli/demo.lua",
    ["proactive.cli.difference"] = "lua/proactive/cli/difference.lua",
    ["proactive.cli.doctor"] = "lua/proactive/cli/doctor.lua",
    ["proactive.cli.evening"] = "lua/proactive/cli/evening.lua",
    ["proactive.cli.events"] = "lua/proactive/cli/events.lua",
    ["proactive.cli.explain"] = "lua/proactive/cli/explain.lua",
    ["proactive.cli.file"] = "lua/proactive/cli/file.lua",
    ["proactive.cli.flags"] = "lua/proactive/cli/flags.lua",
    ["proactive.cli.input"] = "lua/proactive/cli/input.lua",
    ["proactive.cli.lambda"] = "lua/proactive/cli/lambda.lua",
    ["proactive.cli.lines"] = "lua/proactive/cli/lines.lua",
    ["proactive.cli.login"] = "lua/proactive/cli/login.lua",
    ["proactive.cli.management"] = "lua/proactive/cli/management.lua",
    ["proactive.cli.manifest"] = "lua/proactive/cli/manifest.lua",
    ["proactive.cli.manifest_needs"] = "lua/proactive/cli/manifest_needs.lua",
    ["proactive.cli.manifest_push"] = "lua/proactive/cli/manifest_push.lua",
    ["proactive.cli.needs"] = "lua/proactive/cli/needs.lua",
    ["proactive.cli.origin"] = "lua/proactive/cli/origin.lua",
    ["proactive.cli.output"] = "lua/proactive/cli/output.lua",
    ["proactive.cli.preview"] = "lua/proactive/cli/preview.lua",
    ["proactive.cli.report"] = "lua/proactive/cli/report.lua",
    ["proactive.cli.sandbox"] = "lua/proactive/cli/sandbox.lua",
    ["proactive.cli.script"] = "lua/proactive/cli/script.lua",
    ["proactive.cli.send"] = "lua/proactive/cli/send.lua",
    ["proactive.cli.serve"] = "lua/proactive/cli/serve.lua",
    ["proactive.cli.skill"] = "lua/proactive/cli/skill.lua",
    ["proactive.cli.source_text"] = "lua/proactive/cli/source_text.lua",
    ["proactive.cli.stop"] = "lua/proactive/cli/stop.lua",
    ["proactive.cli.store"] = "lua/proactive/cli/store.lua",
    ["proactive.cli.subscribers"] = "lua/proactive/cli/subscribers.lua",
    ["proactive.cli.targets"] = "lua/proactive/cli/targets.lua",
    ["proactive.cli.token"] = "lua/proactive/cli/token.lua",
    ["proactive.cli.validate"] = "lua/proactive/cli/validate.lua",
  },
  install = { bin = { "bin/proactive" } },
}
