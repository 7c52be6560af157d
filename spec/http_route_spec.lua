--- What the core's HTTP pool refuses before anything is sent: options, and routes to where secrets
--- must not go.

local core = require "proactive.core"

local KB = 1024

describe("a pool", function()
  local pool

  before_each(function()
    pool = assert(core.http {})
  end)
  after_each(function()
    pool:close()
  end)

  describe("when it is made", function()
    it("raises for options of a wrong name, type or size", function()
      local wrong = {
        { timeout = 1 }, { [1] = "x" }, { ca_file = 1 }, { ca_file = "a\0b" }, { http_version = 3 },
        { http_version = "1" }, { max_connections = 0 }, { max_connections = 1.5 },
        { max_connections = 0 / 0 }, { max_connections = "4" }, { user_agent = false },
      }
      for _, options in ipairs(wrong) do
        assert.has_error(function() core.http(options) end)
      end
      assert.has_error(function() core.http() end)
    end)

    it("names an unknown option", function()
      local _, message = pcall(core.http, { proxies = "x" })
      assert.matches("unknown option 'proxies'", message, 1, true)
    end)

    it("refuses a ca_file that is none", function()
      for path, reason in pairs {
        ["/nowhere/ca.pem"] = "ca_file cannot be read: /nowhere/ca.pem",
        ["README.md"] = "ca_file holds no PEM certificate: README.md",
        ["/"] = "ca_file holds no PEM certificate: /",
      } do
        local made, message = core.http { ca_file = path }
        assert.is_nil(made)
        assert.equal(reason, message)
      end
    end)

    it("refuses a user agent or a proxy with a line break", function()
      assert.is_nil((core.http { user_agent = "a\r\nX: 1" }))
      assert.is_nil((core.http { proxy = "http://127.0.0.1:1\n" }))
    end)
  end)

  describe("takes a route", function()
    local function try(fields)
      local given = { method = "GET", url = "https://example.com/" }
      for name, value in pairs(fields) do given[name] = value end
      return pool:route(given)
    end

    it("over https to any host, over http to loopback", function()
      for _, good in ipairs {
        "https://example.com/v1/proactiveEvents", "HTTPS://example.com:8443/?q=1",
        "http://localhost/", "http://LocalHost:4380/eu", "http://127.0.0.1",
        "http://127.255.3.4:80/", "http://[::1]:4380/",
      } do
        assert.is_number(assert(try { url = good }), good)
      end
    end)

    it("never over http to another host, whatever it looks like", function()
      for _, bad in ipairs {
        "http://example.com/", "http://localhost.example.com/", "http://127.0.0.1.example.com/",
        "http://localhost./", "http://0.0.0.0/", "http://128.0.0.1/", "http://[::2]/",
        "http://[::ffff:192.0.2.1]/", "http://1270.0.0.1/",
      } do
        local number, message = try { url = bad }
        assert.is_nil(number, bad)
        assert.matches("^plain http is only for localhost", message)
      end
    end)

    it("with no other scheme, no user, no fragment, no space", function()
      for _, bad in ipairs {
        "", "example.com", "/path", "ftp://example.com/", "file:///etc/passwd", "https://",
        "https://user@example.com/", "https://user:hunter2@example.com/",
        "https://user:hunter2@{}/", "http://localhost@example.com/",
        "https://example.com/#part", "https://example.com/a b", "https://example.com/\r\nX: 1",
        "https://example.com/\t", "https://ex\195\164mple.com/", "http://[::1%25lo]/",
        "https://example.com/" .. ("x"):rep(2048),
      } do
        local number, message = try { url = bad }
        assert.is_nil(number, bad)
        assert.is_nil(message:find("hunter2", 1, true))
      end
    end)

    it("with headers that are lines", function()
      for _, bad in ipairs {
        "X: 1\r\nY: 2", "X: 1\n", "X: 1\r", "X", ": 1", "X Y: 1", "", "X: " .. ("y"):rep(8 * KB),
        "X: \127",
      } do
        local number, message = try { headers = { "A: b", bad } }
        assert.is_nil(number, bad)
        assert.equal('header 2 is not "Name: value" on one line', message)
      end
      for _, wrong in ipairs { "X: 1", { 1 }, { "X: a\0b" }, { true } } do
        assert.has_error(function() try { headers = wrong } end)
      end
    end)

    it("with a method in capitals", function()
      for _, bad in ipairs { "", "get", "GET ", "GET / HTTP/1.1\r\n", ("A"):rep(17) } do
        assert.is_nil((try { method = bad }), bad)
      end
    end)

    it("up to a number, and raises for options it does not know", function()
      for _ = 1, 32 do assert(try {}) end
      assert.is_nil((try {}))
      assert.has_error(function() try { timeout = 1 } end)
      assert.has_error(function() try { connect_timeout = 0 } end)
      assert.has_error(function() try { connect_timeout = "5" } end)
      assert.has_error(function() pool:route { method = "GET" } end)
    end)
  end)
end)
