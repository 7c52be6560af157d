// The chosen device: what it says when it is asked, and the notifications it has.

import { address, control } from "./api.js";
import { clockTime, h, keyed, many, say, short } from "./dom.js";
import { light } from "./devices.js";
import { canSpeak, speak, stop } from "./speech.js";

// Sentences shown of one answer.
const MOST = 20;

const WORDS = { new: "new", old: "old", expired: "expired", deleted: "deleted" };

function spoken(notification) {
  if (notification.readable) return notification.spoken;
  return `(silent: ${notification.reason})`;
}

function item() {
  return h("li", { class: "note" },
    h("span", { class: "tag" }), h("span", { class: "text" }), h("span", { class: "meta" }));
}

function refreshItem(element, notification) {
  const [tag, text, meta] = element.children;
  say(tag, WORDS[notification.state]);
  tag.className = `tag ${notification.state}`;
  say(text, spoken(notification));
  text.lang = notification.readable ? notification.locale : "en";
  const { event, received_at: at, expires_at: until, stage } = notification;
  const name = event.replace(/^AMAZON\./, "");
  say(meta, `${name} · ${stage} · received ${clockTime(at)}, expires ${clockTime(until)} UTC`);
}

// What Alexa answers, as text and aloud.
class Voice {
  constructor() {
    this.log = h("div", { class: "says", role: "log", "aria-label": "What Alexa says" });
    this.aloud = h("input", { type: "checkbox", id: "aloud" });
    this.aloud.checked = true;
    this.stopper = h("button", { type: "button", hidden: true, onclick: () => this.stop() },
      "Stop reading");
    this.options = h("div", { class: "row" },
      h("div", { class: "check" }, this.aloud, h("label", { for: "aloud" }, "Read aloud")),
      this.stopper);
    this.options.hidden = !canSpeak;
    this.silence();
  }

  silence() {
    stop();
    this.log.replaceChildren(h("p", { class: "hint" }, "Ask the device, and it answers here."));
    this.stopper.hidden = true;
  }

  stop() {
    stop();
    this.stopper.hidden = true;
  }

  tell(lines) {
    const paragraph = ({ text, lang = "en" }) => h("p", { lang }, text);
    this.log.replaceChildren(...lines.map(paragraph));
  }

  answer(heard, locale) {
    if (heard.length === 0) return this.tell([{ text: "There is nothing new." }]);
    const shown = heard.slice(0, MOST).map((notification) => (
      { text: spoken(notification), lang: notification.readable ? locale : "en" }));
    const more = heard.length - shown.length;
    if (more > 0) shown.push({ text: `And ${many(more, "further notification")}.` });
    this.tell(shown);
    const texts = heard.filter((notification) => notification.readable).map(spoken);
    if (!canSpeak || !this.aloud.checked || texts.length === 0) return undefined;
    this.stopper.hidden = false;
    return speak(texts, locale, () => {
      this.stopper.hidden = true;
    });
  }
}

function buttons(app, voice) {
  const listen = app.action(async () => {
    const { user, locale } = app.device;
    voice.answer(await control("POST", "/sandbox/listen", { user }), locale);
    app.refresh();
  });
  const forget = app.action(async () => {
    await control("DELETE", address("/sandbox/notifications", { user: app.user }));
    voice.stop();
    voice.tell([{ text: "All notifications are deleted." }]);
    app.refresh();
  });
  return h("div", { class: "row" },
    h("button", { type: "button", class: "primary", onclick: listen },
      "“What are my notifications?”"),
    h("button", { type: "button", onclick: forget }, "“Delete all my notifications”"));
}

/** Fills the section; gives what shows a state in it. */
export function device(app, section) {
  const title = section.querySelector("h2");
  const ring = h("span", { class: "ring" });
  const status = h("p", { class: "status", role: "status" });
  const voice = new Voice();
  const list = h("ul", { class: "notes" });
  const total = h("h3", {});
  const older = h("button", { type: "button", onclick: () => {
    app.notifications += 20;
    app.refresh();
  } }, "Show older ones");
  const body = h("div", { class: "stack" },
    h("div", { class: "front" }, h("span", { class: "echo large", "aria-hidden": "true" }, ring),
      h("div", { class: "stack" }, status, buttons(app, voice))),
    voice.options, voice.log, total, list, older);
  section.append(body);
  let shown;
  return (state) => {
    const chosen = state.device;
    body.hidden = !chosen;
    say(title, chosen ? `Device of ${short(chosen.user)}` : "No device is chosen");
    if (!chosen) return;
    if (shown !== chosen.user) voice.silence();
    shown = chosen.user;
    ring.classList.toggle("on", chosen.waiting > 0);
    say(status, `${chosen.region} · ${chosen.locale} · ${light(chosen)}`);
    const { inbox } = chosen;
    say(total, inbox.total === 0 ? "No notifications yet" : many(inbox.total, "notification"));
    keyed(list, inbox.list, (entry) => entry.number, item, refreshItem);
    older.hidden = !inbox.older || inbox.list.length >= 100;
  };
}
