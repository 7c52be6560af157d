// Sends events with Amazon's own library: ask-sdk-model over ask-sdk-core's client, with a keep-alive
// agent, as fast as it goes at one concurrency.
//
//   node send.js URL BODY-FILE EVENTS CONCURRENCY
//
// Each event has a customer and a reference id of its own. NODE_EXTRA_CA_CERTS names the authority.
// Prints "events=… failed=… seconds=… cpu=…".
'use strict';

const fs = require('fs');
const https = require('https');
const { DefaultApiClient } = require('ask-sdk-core');
const { services } = require('ask-sdk-model');

const [url, bodyFile, eventsText, concurrencyText] = process.argv.slice(2);
const events = Number(eventsText);
const concurrency = Number(concurrencyText);

// The library passes no agent on: what it uses is the one of the process.
https.globalAgent = new https.Agent({ keepAlive: true, maxSockets: concurrency });

const client = new services.proactiveEvents.ProactiveEventsServiceClient(
  { apiClient: new DefaultApiClient(), apiEndpoint: url, authorizationValue: '' },
  { clientId: 'bench', clientSecret: 'bench', authEndpoint: url },
);

const template = JSON.parse(fs.readFileSync(bodyFile, 'utf8'));
const userPrefix = template.relevantAudience.payload.user.slice(0, -9);
const referencePrefix = template.referenceId.slice(0, -9);

function request(number) {
  const digits = String(number).padStart(9, '0');
  return {
    ...template,
    referenceId: referencePrefix + digits,
    relevantAudience: { ...template.relevantAudience, payload: { user: userPrefix + digits } },
  };
}

let begun = 0;
let failed = 0;

async function worker() {
  while (begun < events) {
    begun += 1;
    try {
      await client.createProactiveEvent(request(begun), 'DEVELOPMENT');
    } catch (error) {
      failed += 1;
      if (failed === 1) console.error(error);
    }
  }
}

async function main() {
  await client.createProactiveEvent(request(0), 'DEVELOPMENT'); // one token, not one for each worker
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const used = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const cpuSeconds = (used.user + used.system) / 1e6;
  console.log(`events=${events} failed=${failed} seconds=${seconds.toFixed(6)} `
    + `cpu=${cpuSeconds.toFixed(6)}`);
  https.globalAgent.destroy();
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
