// The sandbox's clock, which can be put ahead, and the way back to the start.

import { control } from "./api.js";
import { checkbox, h, labelled, say } from "./dom.js";

const STEPS = [["1 minute", 60], ["1 hour", 3600], ["6 hours", 6 * 3600], ["1 day", 86400]];

function inWords(seconds) {
  if (Math.abs(seconds) < 1) return "It shows real time.";
  if (seconds < 0) return "It is behind real time.";
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const words = [];
  let left = Math.round(seconds);
  for (const [name, length] of parts) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return `It is ahead by ${words.join(" ")}.`;
}

/** Fills the section; gives what shows a state in it. */
export function clock(app, section) {
  const advance = (seconds) => app.action(async () => {
    await control("POST", "/sandbox/clock", { advance: seconds() });
    app.refresh();
  });
  const one = ([name, length]) => (
    h("button", { type: "button", onclick: advance(() => length) }, `+ ${name}`));
  const time = h("p", { class: "time" });
  const ahead = h("p", { class: "hint", role: "status" });
  const stands = checkbox("It stands still", false, app.action(async () => {
    await control("POST", "/sandbox/clock", { stands: stands.input.checked });
    app.refresh();
  }));
  const seconds = h("input", { type: "number", min: 0, step: "any", value: 90, required: true });
  const reset = app.action(async () => {
    const sure = window.confirm("Everything as at the start: customers, notifications, requests, "
      + "faults and clock?");
    if (!sure) return;
    await control("POST", "/sandbox/reset");
    app.choose(null);
  });
  const steps = h("div", { class: "row", role: "group", "aria-label": "Put the clock ahead" },
    STEPS.map(one));
  section.append(time, ahead, stands.element, steps,
    h("form", { class: "row", "aria-label": "Put the clock ahead by seconds",
      onsubmit: advance(() => Number(seconds.value)) },
    labelled("Seconds", seconds), h("button", {}, "Put ahead")),
    h("h3", {}, "Start again"),
    h("div", { class: "row" },
      h("button", { type: "button", onclick: reset }, "Reset everything")));
  const tick = () => say(time, `${new Date(app.now() * 1000).toISOString().slice(0, 19)
    .replace("T", " ")} UTC`);
  setInterval(tick, 1000);
  return (state) => {
    tick();
    stands.input.checked = state.clock.stands;
    const { stands: still, ahead: by } = state.clock;
    say(ahead, still ? "It stands until it is put ahead." : inWords(by));
  };
}
