-- One source runs on every Lua: only what 5.1 and 5.4 both have, and what compat.lua asks for.
std = "min"
max_line_length = 100
-- An annotation is one line for the language server.
max_comment_line_length = 120
include_files = { "**/*.lua", "bin/proactive", "*.rockspec" }

files["lua/proactive/compat.lua"] = { std = "max" }
files["lua/proactive/openresty"] = { std = "ngx_lua" }
files["spec"] = { std = "min+busted", max_line_length = 120 }
files["spec/support/openresty_app.lua"] = { std = "ngx_lua" }
files["examples/ci/parcels_spec.lua"] = { std = "min+busted" }
files["spec/support/gc.lua"] = { std = "max" }
files["*.rockspec"] = { std = "rockspec" }
files["bin/proactive"] = { globals = { "_" } } -- its sh part is one Lua text
files["scripts"] = { std = "lua54" }
files["bench"] = { std = "min" }
files["bench/lib/sender.lua"] = { std = "ngx_lua" }
