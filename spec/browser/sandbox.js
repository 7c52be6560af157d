// A sandbox in a process of its own, and what a client does to it.
"use strict";

const { spawn } = require("child_process");
const readline = require("readline");

const STAGE = "/v1/proactiveEvents/stages/development";

class Sandbox {
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }

  async ask(method, path, body) {
    const options = { method, body: body === undefined ? undefined : JSON.stringify(body) };
    const response = await fetch(this.url + path, options);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  reset() {
    return this.ask("POST", "/sandbox/reset");
  }

  async token() {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "amzn1.application-oa2-client.sandbox",
      client_secret: "sandbox",
      scope: "alexa::proactive_events",
    });
    const response = await fetch(`${this.url}/auth/o2/token`, { method: "POST", body: form });
    return (await response.json()).access_token;
  }

  /** Sends an event to all customers in NA; the texts are by locale. */
  async send(referenceId, texts = { "en-US": "Example Weather Corp" }) {
    const now = (await this.ask("GET", "/sandbox/clock")).now * 1000;
    const iso = (time) => new Date(time).toISOString().replace(/\.\d+Z/, "Z");
    const response = await fetch(this.url + STAGE, {
      method: "POST",
      headers: { Authorization: `Bearer ${await this.token()}` },
      body: JSON.stringify({
        timestamp: iso(now),
        referenceId,
        expiryTime: iso(now + 3600000),
        event: {
          name: "AMAZON.WeatherAlert.Activated",
          payload: {
            weatherAlert: { source: "localizedattribute:source", alertType: "TORNADO" },
          },
        },
        localizedAttributes: Object.entries(texts).map(([locale, source]) => ({ locale, source })),
        relevantAudience: { type: "Multicast", payload: {} },
      }),
    });
    return response.status;
  }

  stop() {
    return new Promise((resolve) => {
      this.child.on("exit", resolve);
      this.child.stdin.end();
    });
  }
}

/** Starts one; gives it when it serves. */
async function start(...words) {
  const child = spawn("lua5.4", ["spec/browser/serve.lua", ...words.map(String)],
    { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: child.stdout });
  for await (const line of lines) return new Sandbox(child, line);
  throw new Error("the sandbox does not start");
}

module.exports = { start };
