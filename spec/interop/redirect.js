// Leads requests to Amazon's hosts to the sandbox at $SANDBOX, for libraries whose hosts are fixed:
// node -r ./redirect.js PROGRAM. What the library sends is not touched but for where it goes.
'use strict'

const http = require('http')
const https = require('https')

const PREFIX = {
  'api.amazon.com': '',
  'api.amazonalexa.com': '',
  'api.eu.amazonalexa.com': '/eu',
  'api.fe.amazonalexa.com': '/fe',
}
const sandbox = new URL(process.env.SANDBOX)

https.request = (options, callback) => {
  const prefix = PREFIX[options.hostname]
  if (prefix === undefined) throw new Error(`a request to ${options.hostname}`)
  return http.request({
    method: options.method,
    headers: options.headers,
    hostname: sandbox.hostname,
    port: sandbox.port,
    path: prefix + options.path,
  }, callback)
}
