--- A busted output handler: the usual dots and failures, then a last line `N passed, N failed`.
--- A pending test counts as failed: a test that was skipped has shown nothing.
return function(options)
  local busted = require("busted")
  local handler = require("busted.outputHandlers.plainTerminal")(options)

  busted.subscribe({ "suite", "end" }, function()
    local failed = handler.failuresCount + handler.errorsCount + handler.pendingsCount
    io.write(string.format("%d passed, %d failed\n", handler.successesCount, failed))
    return nil, true
  end)

  return handler
end
