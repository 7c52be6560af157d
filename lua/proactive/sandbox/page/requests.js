// The requests as they come, with the answer and what it means.

import { address, control } from "./api.js";
import { clockTime, h, keyed, say } from "./dom.js";

const MOST = 60;

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function lines(headers) {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).sort().join("\n");
}

function whole(request) {
  const { status, answer } = request;
  const query = request.query ? `?${request.query}` : "";
  const question = [`${request.method} ${request.path}${query}`, lines(request.headers), "",
    pretty(request.body)].join("\n");
  const parts = [status, lines(answer.headers), "", pretty(answer.body)];
  const reply = status ? parts.join("\n") : "none";
  return `${question.trim()}\n\n--- answer ---\n${reply.trim()}`;
}

function row(request) {
  const pre = h("pre", { tabindex: "0", "aria-label": "Request and answer" });
  const details = h("details", { class: "wide" }, h("summary", {}, "Request and answer"), pre);
  details.addEventListener("toggle", async () => {
    if (!details.open || pre.textContent) return;
    try {
      const path = address("/sandbox/view/request", { number: request.number });
      say(pre, whole(await control("GET", path)));
    } catch (error) {
      say(pre, error.message);
    }
  });
  const status = request.status || "no answer";
  return h("li", { class: "note" },
    h("span", { class: `tag ${request.outcome}` }, status),
    h("span", { class: "text" }, h("code", {}, `${request.method} ${request.path}`)),
    h("span", { class: "meta" }, `${clockTime(request.received_at)} UTC`),
    h("span", { class: "meaning" }, request.explanation), details);
}

/** Fills the section; gives what shows a state in it. */
export function requests(app, section) {
  const list = h("ol", { class: "notes", reversed: true, "aria-label": "Requests, newest first" });
  const none = h("p", { class: "hint" }, "None yet. Send an event, here or with a client.");
  section.append(none, list);
  let known = [];
  let resets;
  return (state) => {
    const { first, last, list: fresh } = state.requests;
    if (state.resets !== resets) known = []; // the sandbox was put back to its start
    resets = state.resets;
    known = [...fresh, ...known].filter(({ number }) => number >= first).slice(0, MOST);
    app.last = last;
    none.hidden = known.length > 0;
    keyed(list, known, ({ number, request_id: id }) => `${number} ${id}`, row, () => {});
  };
}
