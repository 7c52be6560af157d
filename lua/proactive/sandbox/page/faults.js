// Bad days as switches. The rules that are in force can be seen and written as JSON.

import { control } from "./api.js";
import { h, many, say, unique } from "./dom.js";

const PATH = "/sandbox/faults";

// The first rule that matches wins, so those that hit only some requests come first.
const PRESETS = [
  ["Login with Amazon fails", "500 for every token",
    { match: { path: "token" }, do: { status: 500 } }],
  ["One in three fails", "503, by chance",
    { match: { path: "events", share: 0.33 }, do: { status: 503 } }],
  ["One in four is never answered", "connection lost before anything was judged",
    { match: { path: "events", share: 0.25 }, do: { reset: "before" } }],
  ["Throttled", "429 for more than one event a second",
    { match: { path: "events" }, do: { throttle: { rate: 1, retry_after: 2 } } }],
  ["Limit reached", "432 for every event to live",
    { match: { path: "events" }, do: { quota: 0 } }],
  ["Answers are lost", "delivered, then the connection ends",
    { match: { path: "events" }, do: { reset: "after" } }],
  ["Tokens expire early", "each is refused",
    { match: { path: "events" }, do: { token: "expired" } }],
  ["Slow", "every answer takes two seconds", { match: { path: "events" }, do: { delay: 2 } }],
];

// The same whatever the order of the keys.
function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

const KEYS = PRESETS.map(([, , rule]) => canonical(rule));

async function put(faults) {
  if (faults.rules.length === 0) await control("DELETE", PATH);
  else await control("PUT", PATH, faults);
}

// The rules with one of the presets put in or taken out.
function toggled(faults, index) {
  const others = faults.rules.filter((rule) => !KEYS.includes(canonical(rule)));
  const on = new Set(faults.rules.map((rule) => KEYS.indexOf(canonical(rule))));
  if (!on.delete(index)) on.add(index);
  const chosen = PRESETS.filter((_, place) => on.has(place)).map(([, , rule]) => rule);
  return { ...faults, rules: [...others, ...chosen] };
}

function preset(app, current, [name, about], index) {
  const id = unique("fault");
  const button = h("button", { type: "button", role: "switch", "aria-checked": "false",
    class: "switch", "aria-labelledby": id, "aria-describedby": `${id}-about`,
    onclick: app.action(async () => {
      await put(toggled(current(), index));
      app.refresh();
    }) }, h("span", { class: "knob", "aria-hidden": "true" }));
  return { button, element: h("li", {}, button, h("span", { id, class: "name" }, name),
    h("span", { id: `${id}-about`, class: "hint" }, about)) };
}

function editor(app) {
  const text = h("textarea", { rows: 8, spellcheck: "false", "aria-label": "Rules as JSON" });
  const apply = app.action(async () => {
    await put(JSON.parse(text.value));
    text.dataset.dirty = "";
    app.refresh();
  });
  text.addEventListener("input", () => {
    text.dataset.dirty = "yes";
  });
  const button = h("button", { type: "button", onclick: apply }, "Apply");
  const details = h("details", {}, h("summary", {}, "Rules as JSON"),
    h("div", { class: "stack" }, text, h("div", { class: "row" }, button)));
  return { details, text };
}

/** Fills the section; gives what shows a state in it. */
export function faults(app, section) {
  let given = { rules: [] };
  const switches = PRESETS.map((one, index) => preset(app, () => given, one, index));
  const status = h("p", { class: "hint", role: "status" });
  const { details, text } = editor(app);
  const none = h("button", { type: "button", onclick: app.action(async () => {
    await control("DELETE", PATH);
    text.dataset.dirty = "";
    app.refresh();
  }) }, "Take all away");
  section.append(status, h("ul", { class: "switches" }, switches.map((one) => one.element)),
    h("div", { class: "row" }, none), details);
  return (state) => {
    given = state.faults;
    const keys = given.rules.map(canonical);
    switches.forEach(({ button }, index) => (
      button.setAttribute("aria-checked", String(keys.includes(KEYS[index])))));
    const own = keys.filter((key) => !KEYS.includes(key)).length;
    const others = own > 0 ? `, ${own} of them not in the list` : "";
    say(status, keys.length === 0 ? "No faults: all goes well."
      : `${many(keys.length, "rule")} in force${others}. The first that matches a request counts.`);
    none.disabled = keys.length === 0;
    if (!text.dataset.dirty) text.value = JSON.stringify(given, null, 2);
  };
}
