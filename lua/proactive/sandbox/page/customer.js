// The chosen customer, to be changed; new customers; and what the skill is told of it.

import { control } from "./api.js";
import { checkbox, clockTime, h, keyed, labelled, say, select, short } from "./dom.js";

const path = (user) => `/sandbox/users/${encodeURIComponent(user)}`;

const STATES = {
  waiting: "on its way",
  delivered: "delivered",
  given_up: "given up",
  not_sent: "not sent: the skill has no endpoint (--skill URL)",
};

// Events the customer may hear of, all of them at once or one by one.
class Subscriptions {
  constructor(names, changed) {
    this.boxes = names.map((name) => (
      { name, ...checkbox(name.replace(/^AMAZON\./, ""), true, () => this.follow(changed)) }));
    this.all = checkbox("Notifications allowed", true, () => {
      for (const box of this.boxes) box.input.checked = this.all.input.checked;
      changed();
    });
    this.element = h("div", { class: "stack small" }, this.all.element,
      h("details", {}, h("summary", {}, "Which events"),
        h("div", { class: "checks", role: "group", "aria-label": "Events" },
          this.boxes.map((box) => box.element))));
  }

  follow(changed) {
    const count = this.value.length;
    this.all.input.checked = count > 0;
    this.all.input.indeterminate = count > 0 && count < this.boxes.length;
    if (changed) changed();
  }

  get value() {
    return this.boxes.filter((box) => box.input.checked).map((box) => box.name);
  }

  set value(names) {
    for (const box of this.boxes) box.input.checked = names.includes(box.name);
    this.follow();
  }
}

function fields(app, changed) {
  const locale = h("input", { list: "locales", required: true, pattern: "[a-z][a-z]-[A-Z][A-Z]",
    value: "en-US", oninput: changed, autocomplete: "off" });
  const offset = h("input", { required: true, pattern: "[+\\-][01][0-9]:[0-5][0-9]",
    value: "+00:00", oninput: changed, autocomplete: "off" });
  const region = select(app.catalogue.regions, "NA", changed);
  const enabled = checkbox("Skill enabled", true, changed);
  const subscriptions = new Subscriptions(app.catalogue.events.map((event) => event.name), changed);
  const element = h("div", { class: "stack" },
    h("div", { class: "columns" }, labelled("Region", region), labelled("Locale", locale),
      labelled("UTC offset", offset)),
    enabled.element, subscriptions.element);
  return { locale, offset, region, enabled: enabled.input, subscriptions, element };
}

function read(form) {
  return {
    region: form.region.value,
    locale: form.locale.value,
    utc_offset: form.offset.value,
    enabled: form.enabled.checked,
    subscriptions: form.subscriptions.value,
  };
}

function write(form, customer) {
  form.region.value = customer.region;
  form.locale.value = customer.locale;
  form.offset.value = customer.utc_offset;
  form.enabled.checked = customer.enabled;
  form.subscriptions.value = customer.subscriptions;
}

function editor(app) {
  const form = { dirty: false };
  Object.assign(form, fields(app, () => {
    form.dirty = true;
  }));
  const save = app.action(async () => {
    await control("PUT", path(app.user), read(form));
    form.dirty = false;
    app.refresh();
  });
  const remove = app.action(async () => {
    await control("DELETE", path(app.user));
    app.choose(null);
  });
  form.element = h("form", { class: "stack", "aria-label": "The chosen customer", onsubmit: save },
    form.element, h("div", { class: "row" },
      h("button", { class: "primary" }, "Save"),
      h("button", { type: "button", onclick: remove }, "Remove the customer")));
  return form;
}

function adder(app) {
  const form = fields(app);
  const id = h("input", { required: true, maxlength: 255, autocomplete: "off",
    spellcheck: "false" });
  const add = app.action(async () => {
    await control("PUT", path(id.value), read(form));
    app.choose(id.value);
    id.value = "";
    details.open = false;
  });
  const details = h("details", { class: "box" }, h("summary", {}, "Add a customer"),
    h("form", { class: "stack", "aria-label": "A new customer", onsubmit: add },
      labelled("User id", id, "Any text; real ones begin with amzn1.ask.account."),
      form.element, h("div", { class: "row" }, h("button", { class: "primary" }, "Add"))));
  return details;
}

function told() {
  return h("li", { class: "note" },
    h("span", { class: "tag" }), h("span", { class: "text" }), h("span", { class: "meta" }),
    h("details", { class: "wide" }, h("summary", {}, "Request"), h("pre", { tabindex: "0" })));
}

function refreshTold(element, event) {
  const [tag, text, meta, details] = element.children;
  const body = event.request.request;
  say(tag, STATES[event.state].split(":")[0]);
  tag.className = `tag ${event.state}`;
  say(text, event.type.replace(/^AlexaSkillEvent\./, ""));
  const at = clockTime(Date.parse(body.timestamp) / 1000);
  const reason = event.problem || STATES[event.state];
  say(meta, `${short(event.user)} · ${at} UTC · ${reason}`);
  say(details.querySelector("pre"), JSON.stringify(event.request, null, 2));
}

/** Fills the section; gives what shows a state in it. */
export function customer(app, section) {
  const form = editor(app);
  const id = h("p", { class: "id" });
  const chosen = h("div", { class: "stack" }, id, form.element);
  const list = h("ul", { class: "notes" });
  const none = h("p", { class: "hint" }, "Nothing yet: change a customer, and see.");
  const locales = new Set(app.catalogue.events.flatMap((event) => event.locales));
  section.append(chosen, adder(app), h("h3", {}, "What the skill is told"), none, list,
    h("datalist", { id: "locales" },
      [...locales].sort().map((name) => h("option", { value: name }))));
  let user;
  return (state) => {
    chosen.hidden = !state.device;
    if (state.device) {
      say(id, state.device.user);
      if (user !== state.device.user) form.dirty = false;
      if (!form.dirty) write(form, state.device);
      user = state.device.user;
    }
    none.hidden = state.skill_events.length > 0;
    keyed(list, state.skill_events, (event) => event.request_id, told, refreshTold);
  };
}
