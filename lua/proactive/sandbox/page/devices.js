// The devices: a light for each, a search, and pages of a few.

import { h, keyed, many, say, short } from "./dom.js";

const PAGE = 8;

function card(app, customer) {
  const button = h("button", { type: "button", class: "device" },
    h("span", { class: "echo", "aria-hidden": "true" }, h("span", { class: "ring" })),
    h("span", { class: "who" }),
    h("span", { class: "where" }),
    h("span", { class: "light" }));
  button.addEventListener("click", () => app.choose(customer.user));
  return h("li", {}, button);
}

/** What the light of a device says, in words. */
export function light(customer) {
  if (customer.waiting > 0) return `${customer.waiting} waiting`;
  if (!customer.enabled) return "skill disabled";
  return customer.subscriptions.length === 0 ? "notifications off" : "nothing new";
}

function refreshCard(app, element, customer) {
  const button = element.firstElementChild;
  const part = (name) => button.querySelector(`.${name}`);
  button.title = customer.user;
  button.setAttribute("aria-pressed", String(app.user === customer.user));
  part("ring").classList.toggle("on", customer.waiting > 0);
  say(part("who"), short(customer.user));
  say(part("where"), `${customer.region} · ${customer.locale}`);
  say(part("light"), light(customer));
  part("light").classList.toggle("on", customer.waiting > 0);
}

/** Fills the section; gives what shows a state in it. */
export function devices(app, section) {
  const search = h("input", { type: "search", "aria-label": "Search for a device", placeholder:
    "Id, locale or region" });
  const list = h("ul", { class: "cards", "aria-label": "Devices" });
  const where = h("p", { class: "count", role: "status" });
  const turn = (by) => () => {
    app.skip = Math.max(0, app.skip + by * PAGE);
    app.refresh();
  };
  const back = h("button", { type: "button", onclick: turn(-1) }, "Previous");
  const on = h("button", { type: "button", onclick: turn(1) }, "Next");
  search.addEventListener("input", () => {
    app.search = search.value.trim();
    app.skip = 0;
    app.refresh();
  });
  section.append(h("div", { class: "row" }, search, where, h("div", { class: "pager" }, back, on)),
    list);
  return (state) => {
    const { total, skip, list: found } = state.devices;
    if (found.length === 0 && skip > 0) app.skip = 0;
    keyed(list, found, (customer) => customer.user, (customer) => card(app, customer),
      (element, customer) => refreshCard(app, element, customer));
    say(where, total === 0 ? "No device" : `${skip + 1} to ${skip + found.length} of ${
      many(total, "device")}`);
    back.disabled = skip === 0;
    on.disabled = skip + found.length >= total;
    back.parentElement.hidden = total <= PAGE;
  };
}
