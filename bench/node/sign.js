// Signs requests as Alexa does: RSA, SHA-256, PKCS #1 v1.5.
//
//   node sign.js KEY-FILE <BODIES >REQUESTS
//
// A body is a line; what comes out for it is its signature in base64, a space, and the line.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const readline = require('readline');

const key = crypto.createPrivateKey(fs.readFileSync(process.argv[2]));
const out = fs.createWriteStream(null, { fd: 1 });

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  out.write(`${crypto.sign('sha256', Buffer.from(line), key).toString('base64')} ${line}\n`);
});
