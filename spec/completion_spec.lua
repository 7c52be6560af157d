--- Completion in shells, and the manual page: made from the tables the command line is parsed with.

local cli = require "spec.support.cli"
local commands = require "proactive.cli.commands"

--- Every word that the command line knows, by its command: options, subcommands.
local function words_of(parser, path, found)
  for _, option in ipairs(parser._options) do
    for _, alias in ipairs(option._aliases) do
      found[#found + 1] = { path = path, word = alias }
    end
  end
  for _, command in ipairs(parser._commands) do
    found[#found + 1] = { path = path, word = command._name }
    words_of(command, path .. " " .. command._name, found)
  end
  return found
end

local all = words_of(commands.parser(), "proactive", {})

local function script_for(shell)
  local ran = cli.run { "completion", shell }
  assert.equal(0, ran.status, ran.stderr)
  assert.equal("", ran.stderr)
  local path = cli.file("." .. shell, ran.stdout)
  finally(function() os.remove(path) end)
  return path
end

describe("proactive completion", function()
  it("completes every command and option in bash", function()
    local lines = { "source " .. script_for "bash" }
    for _, entry in ipairs(all) do
      local line = "COMP_WORDS=(%s %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _proactive; "
        .. "echo ' '${COMPREPLY[@]}' '"
      -- a whole command would be taken for one that is done with
      lines[#lines + 1] = line:format(entry.path, entry.word:find "^%-" and entry.word or entry.word:sub(1, -2))
    end
    local path = cli.file(".sh", table.concat(lines, "\n") .. "\n")
    finally(function() os.remove(path) end)
    local ran = cli.shell("bash " .. path)
    assert.equal("", ran.stderr)
    local number = 0
    for offered in ran.stdout:gmatch "[^\n]+" do
      number = number + 1
      assert.truthy(offered:find(" " .. all[number].word .. " ", 1, true), all[number].path .. ": " .. offered)
    end
    assert.equal(#all, number)
  end)

  it("offers the values of options and arguments in bash", function()
    local line = "bash -c 'source %s; COMP_WORDS=(proactive %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
      .. "_proactive; echo ${COMPREPLY[@]}'"
    local script = script_for "bash"
    for words, offered in pairs {
      ["sandbox --duplicates 4"] = "409 400",
      ["send --region \"\""] = "NA EU FE",
      ["subscribers list --region E"] = "EU",
      ["send --stage \"\""] = "development live",
      ["manifest push --stage \"\""] = "development certified live",
      ["preview --locale de"] = "de-DE",
      ["subscribers count --event AMAZON.Ord"] = "AMAZON.OrderStatus.Updated",
      ["events Ord"] = "OrderStatus",
      ["events --json AMAZON.Ord"] = "AMAZON.OrderStatus.Updated",
      ["events --js"] = "--json",
      ["completion z"] = "zsh",
    } do
      assert.equal(offered .. "\n", cli.shell(line:format(script, words)).stdout, words)
    end
  end)

  it("offers the same values in zsh", function()
    local script = cli.run({ "completion", "zsh" }).stdout
    local whole = "%[[^\n]*%]: :%(NA EU FE%)\""
    assert.matches('"%-%-region' .. whole, script)
    assert.matches(": :%(development certified live%)\"", script)
    assert.matches(": :%(WeatherAlert [%w. ]*AMAZON%.OrderStatus%.Updated[%w. ]*%)\"", script)
  end)

  -- In place of zsh's own functions stand some that print what they are given to offer.
  it("completes every command and option in zsh", function()
    local lines = {
      "_arguments() { print -rl -- \"$@\"; [[ ${@[-1]} == '*:: :->args' ]] && shift words; return 1 }",
      "_describe() { print -rl -- $commands }",
      "words=(proactive); source " .. script_for "zsh",
    }
    local seen = {}
    for _, entry in ipairs(all) do
      if not seen[entry.path] then
        seen[entry.path] = true
        local list = "_" .. entry.path:gsub(" ", "_") .. "_cmds"
        local line = "print -r -- '== %s'; words=(%s); _proactive; (( $+functions[%s] )) && %s"
        lines[#lines + 1] = line:format(entry.path, entry.path, list, list)
      end
    end
    local path = cli.file(".zsh", table.concat(lines, "\n") .. "\n")
    finally(function() os.remove(path) end)
    local ran = cli.shell("zsh -f " .. path)
    assert.equal("", ran.stderr)
    for _, entry in ipairs(all) do
      local from = assert(ran.stdout:find("== " .. entry.path .. "\n", 1, true))
      local to = ran.stdout:find("\n== ", from, true)
      local offered = "\n" .. ran.stdout:sub(from, to):gsub("\n%*", "\n")
      local word = "\n" .. entry.word:gsub("%p", "%%%0") .. "[%[:\n]"
      assert.truthy(offered:find(word), entry.path .. " " .. entry.word)
    end
  end)

  it("refuses another shell", function()
    local ran = cli.run { "completion", "csh" }
    assert.equal(2, ran.status)
    assert.equal("", ran.stdout)
  end)
end)

describe("the manual page", function()
  local path, text

  lazy_setup(function()
    local ran = cli.shell(cli.interpreter .. " scripts/man.lua")
    assert(ran.status == 0, ran.stderr)
    path = cli.file(".1", ran.stdout)
    ran = cli.shell("groff -K utf8 -man -ww -Tutf8 -P-cbou -rLL=200n " .. path)
    text = ran.stdout
    assert(ran.stderr == "", ran.stderr)
  end)

  lazy_teardown(function() os.remove(path) end)

  it("names every command and option", function()
    local plain = " " .. text:gsub("[%[%],]", " "):gsub("%s+", " ") .. " "
    for _, entry in ipairs(all) do
      local where = entry.word:find "^%-" and entry.word or entry.path .. " " .. entry.word
      if entry.path:find "help" then where = "--help" end
      assert.truthy(plain:find(" " .. where .. " ", 1, true), where)
    end
  end)

  it("shows every example", function()
    for _, name in ipairs(commands.names) do
      for line in commands.module(name).example:gmatch "[^\n]+" do
        assert.truthy(text:find(line, 1, true), line)
      end
    end
  end)

  it("names every variable of the environment that is looked at", function()
    local ran = cli.shell "grep -rhoE '(getenv|variable)[ (]*\"[A-Z_]+' lua bin"
    local count = 0
    for name in ran.stdout:gmatch '"([A-Z_]+)' do
      count = count + 1
      assert.truthy(text:find(name, 1, true), name)
    end
    assert.is_true(count > 7)
  end)
end)
