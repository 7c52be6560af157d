// Events per second of the last minute, by outcome: bars, and the same in words and as a table.

import { h, many, say, svg } from "./dom.js";

const OUTCOMES = ["accepted", "refused", "throttled", "failed", "lost"];
const WIDTH = 10;
const HEIGHT = 100;

function ceiling(most) {
  let top = 4;
  while (top < most) top *= top % 3 === 0 || top.toString().startsWith("5") ? 2 : 2.5;
  return Math.ceil(top);
}

function totals(seconds) {
  const sums = Object.fromEntries(OUTCOMES.map((name) => [name, 0]));
  for (const second of seconds) {
    for (const name of OUTCOMES) sums[name] += second[name] || 0;
  }
  return sums;
}

function bars(seconds, length, top) {
  const made = [];
  for (const second of seconds) {
    let y = HEIGHT;
    for (const name of OUTCOMES) {
      const height = ((second[name] || 0) / top) * HEIGHT;
      y -= height;
      if (height > 0) {
        made.push(svg("rect", { class: name, x: (length - 1 - second.age) * WIDTH + 1, y,
          width: WIDTH - 2, height }));
      }
    }
  }
  return made;
}

function inWords(sums) {
  const all = OUTCOMES.reduce((sum, name) => sum + sums[name], 0);
  if (all === 0) return "No events in the last minute.";
  const parts = OUTCOMES.filter((name) => sums[name] > 0).map((name) => `${sums[name]} ${name}`);
  return `${many(all, "event")} in the last minute: ${parts.join(", ")}.`;
}

/** Fills the section; gives what shows a state in it. */
export function chart(app, section) {
  const picture = svg("svg", { class: "bars", role: "img", preserveAspectRatio: "none" });
  const most = h("span", { class: "most" });
  const words = h("p", { class: "hint" });
  const cells = OUTCOMES.map((name) => h("dd", { class: name }, "0"));
  const swatch = (name) => h("span", { class: `swatch ${name}`, "aria-hidden": "true" });
  const legend = h("dl", { class: "legend" }, OUTCOMES.map((name, index) => (
    h("div", {}, h("dt", {}, swatch(name), name), cells[index]))));
  const from = h("span", {}, "a minute ago");
  const plot = h("div", { class: "plot" }, most, picture, from, h("span", { class: "to" }, "now"));
  section.append(plot, words, legend);
  let latest;
  const draw = () => {
    const passed = Math.floor((performance.now() - latest.at) / 1000);
    const seconds = latest.outcomes.map((second) => ({ ...second, age: second.age + passed }))
      .filter((second) => second.age < latest.length);
    const top = ceiling(Math.max(0, ...seconds.map((second) => (
      OUTCOMES.reduce((sum, name) => sum + (second[name] || 0), 0)))));
    const sums = totals(seconds);
    picture.setAttribute("viewBox", `0 0 ${latest.length * WIDTH} ${HEIGHT}`);
    picture.replaceChildren(...bars(seconds, latest.length, top));
    picture.setAttribute("aria-label", `Bars of the events per second. ${inWords(sums)}`);
    say(most, `${top} a second`);
    say(words, inWords(sums));
    OUTCOMES.forEach((name, index) => say(cells[index], String(sums[name])));
  };
  setInterval(() => {
    if (latest && latest.outcomes.length > 0) draw();
  }, 1000);
  return (state) => {
    latest = { outcomes: state.outcomes, length: state.seconds, at: performance.now() };
    draw();
  };
}
