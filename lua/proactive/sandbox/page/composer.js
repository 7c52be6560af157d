// Writes an event: the form its schema gives, the request it becomes, what Alexa would say, and
// what is wrong with it. It is sent as a skill would send it.

import { address, control, send } from "./api.js";
import { checkbox, h, labelled, say, select, short } from "./dom.js";
import { eventForm } from "./form.js";

// Milliseconds without a key before a draft is judged.
const PAUSE = 150;

const HOUR = 3600;

class Composer {
  constructor(app) {
    this.app = app;
    this.changed = () => {
      this.forget();
      this.later();
    };
    this.controls();
    this.outputs();
    this.element = h("form", { class: "stack", onsubmit: app.action(() => this.send()),
      "aria-label": "Event" },
    h("div", { class: "columns pair" }, labelled("Event", this.event),
      labelled("To", this.audience)),
    h("div", { class: "columns" }, labelled("Region", this.region), labelled("Stage", this.stage),
      labelled("Expires in hours", this.expires)),
    labelled("Skill", this.skill), this.about, this.fields, this.judgement(),
    h("div", { class: "row" }, h("button", { class: "primary" }, "Send"), this.result));
    this.chooseEvent();
  }

  controls() {
    const { events, regions } = this.app.catalogue;
    const names = events.map(({ name }) => [name, name.replace(/^AMAZON\./, "")]);
    this.event = select(names, names[0][0], () => this.chooseEvent());
    this.audience = select([["one", "the chosen customer"], ["all", "all customers (Multicast)"]],
      "one", this.changed);
    this.region = select(regions, "NA", () => this.forget());
    this.stage = select(["development", "live"], "development",
      () => this.forget());
    this.expires = h("input", { type: "text", inputmode: "decimal", value: "23",
      oninput: this.changed, autocomplete: "off" });
    this.skill = select([], undefined, () => this.forget());
    this.about = h("p", { class: "hint" });
    this.fields = h("div", {});
  }

  outputs() {
    this.sentences = h("ul", { class: "sentences" });
    this.violations = h("ul", { class: "violations" });
    this.verdict = h("p", { class: "verdict", role: "status" });
    this.text = h("textarea", { rows: 12, spellcheck: "false", readonly: true,
      "aria-label": "The request as JSON", oninput: this.changed });
    this.byHand = checkbox("Write it by hand", false, () => {
      this.text.readOnly = !this.byHand.input.checked;
      this.fields.hidden = this.byHand.input.checked;
      this.changed();
    });
    this.result = h("p", { class: "result", role: "status" });
  }

  judgement() {
    return h("div", { class: "judgement stack" },
      h("h3", {}, "Alexa would say"), this.sentences, this.verdict, this.violations,
      h("details", {}, h("summary", {}, "The request as JSON"), this.byHand.element, this.text));
  }

  // What became of the last event says nothing of this one.
  forget() {
    this.sent = undefined;
    say(this.result, "");
    this.result.className = "result";
  }

  chooseEvent() {
    this.forget();
    const { events } = this.app.catalogue;
    const event = events.find(({ name }) => name === this.event.value);
    this.form = eventForm(event, this.changed, () => this.app.now());
    this.fields.replaceChildren(this.form.element);
    say(this.about, event.about);
    this.referenceId = undefined;
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.judge(), PAUSE);
  }

  draft() {
    const device = this.app.device || {};
    const known = { locale: device.locale, utc_offset: device.utc_offset };
    if (this.byHand.input.checked) return { ...known, text: this.text.value };
    return {
      ...known,
      event: this.event.value,
      payload: this.form.read(),
      user: this.audience.value === "one" ? device.user : undefined,
      reference_id: this.referenceId,
      expires_in: Number(this.expires.value) * HOUR || undefined,
    };
  }

  // The answer to a draft that was overtaken by another one is of no use.
  async judge() {
    const turn = this.turn = {};
    try {
      const judged = await control("POST", "/sandbox/view/draft", this.draft());
      if (turn === this.turn) this.show(judged);
    } catch (error) {
      if (turn === this.turn) this.app.tell(error.message);
    }
  }

  show(judged) {
    this.referenceId = judged.reference_id || undefined;
    if (!this.byHand.input.checked) this.text.value = judged.text || "";
    this.sentences.replaceChildren(...judged.sentences.map(sentence));
    const wrong = judged.violations.length > 0;
    say(this.verdict, wrong ? "The service would refuse this:" : "The service would accept this.");
    this.verdict.classList.toggle("bad", wrong);
    this.violations.replaceChildren(...judged.violations.map((each) => violation(each, "wrong")),
      ...judged.warnings.map((each) => violation(each, "doubtful")));
  }

  async send() {
    clearTimeout(this.timer);
    await this.judge();
    const sent = this.sent = {};
    say(this.result, "Sending …");
    const { region, stage, skill } = this;
    const answer = await send(this.text.value, region.value, stage.value, skill.value);
    this.referenceId = undefined;
    this.later();
    const told = await outcome(answer);
    if (this.sent !== sent) return; // another event is written by now
    say(this.result, told);
    this.result.className = `result ${answer.status < 300 ? "good" : "bad"}`;
  }

  update(state) {
    if (state.resets !== this.resets) this.forget(); // the sandbox was put back to its start
    this.resets = state.resets;
    const ids = state.skills.map((skill) => skill.client_id);
    if (ids.join() !== this.known) {
      this.known = ids.join();
      const own = state.device && state.device.skill_id;
      const chosen = state.skills.find(({ skill_id: id }) => id === own);
      const before = ids.includes(this.skill.value) ? this.skill.value : undefined;
      const option = (id) => h("option", { value: id, title: id }, short(id));
      this.skill.replaceChildren(...ids.map(option));
      this.skill.value = before || (chosen ? chosen.client_id : ids[ids.length - 1]);
    }
    const { device } = state;
    const facts = device ? `${device.user} ${device.locale} ${device.utc_offset}` : "";
    if (facts === this.facts) return;
    this.facts = facts;
    this.forget();
    const name = device ? short(device.user) : "the chosen customer";
    say(this.audience.options[0], name);
    if (device) this.region.value = device.region;
    else this.audience.value = "all";
    this.later();
  }
}

function sentence(said) {
  const text = said.readable ? said.spoken : `(silent: ${said.reason})`;
  return h("li", {}, h("span", { class: "tag" }, said.locale),
    h("span", { class: "text", lang: said.readable ? said.locale : "en" }, text),
    said.readable && !said.known ? h("span", { class: "meta" }, "partly our wording") : null);
}

function violation(found, kind) {
  const text = found.path ? `${found.path}: ${found.message}` : found.message;
  const more = [found.expected && `allowed: ${found.expected}`, found.hint].filter(Boolean);
  return h("li", {}, h("span", { class: `tag ${kind}` }, kind), h("span", { class: "text" }, text),
    more.length > 0 ? h("span", { class: "meta" }, more.join("; ")) : null);
}

async function outcome({ status, requestId }) {
  if (!status) return "No answer arrived: the connection ended.";
  try {
    const path = address("/sandbox/view/request", { request_id: requestId });
    const { explanation } = await control("GET", path);
    return `${status}. ${explanation}`;
  } catch {
    return `The answer is ${status}.`;
  }
}

/** Fills the section; gives what shows a state in it. */
export function composer(app, section) {
  const made = new Composer(app);
  section.append(made.element);
  return (state) => made.update(state);
}
