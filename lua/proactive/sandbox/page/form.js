// A form out of the schema of an event. Each part knows its element and reads its value; a part
// that is left empty is undefined, and left out.

import { checkbox, h, labelled, select, unique } from "./dom.js";

// Seconds from now: what a time in the form is at first.
const SOON = 3600;

const KINDS = {};

function build(field, value, changed, locales) {
  return KINDS[field.kind](field, value, changed, locales);
}

function title(field) {
  return field.required ? `${field.name} *` : field.name;
}

function hint(field) {
  return field.about;
}

// A part that is one control with a text.
function control(field, input) {
  const element = labelled(title(field), input, hint(field));
  return { element, read: () => input.value || undefined };
}

KINDS.enum = (field, value, changed) => {
  const options = field.required ? field.values : [["", "(none)"], ...field.values];
  const input = select(options, value || "", changed);
  return control(field, input);
};

KINDS.integer = (field, value, changed) => {
  const input = h("input", { type: "text", inputmode: "numeric", oninput: changed,
    value: value === undefined ? "" : value, autocomplete: "off" });
  const read = () => {
    const text = input.value.trim();
    if (text === "") return undefined;
    return Number.isNaN(Number(text)) ? text : Number(text);
  };
  return { element: labelled(title(field), input, hint(field)), read };
};

KINDS.time = (field, value, changed, { now }) => {
  const input = h("input", { type: "text", oninput: changed, autocomplete: "off",
    value: value && new Date((now() + SOON) * 1000).toISOString().replace(/\.\d+Z/, "Z") });
  return control(field, input);
};

function row(locale, text, changed, locales) {
  const choice = select(locales, locale, changed);
  choice.setAttribute("aria-label", "Locale");
  const input = h("input", { type: "text", value: text, oninput: changed, autocomplete: "off",
    "aria-label": `Text in ${locale}` });
  choice.addEventListener("change", () => {
    input.setAttribute("aria-label", `Text in ${choice.value}`);
  });
  const element = h("div", { class: "locale" }, choice, input);
  element.append(h("button", { type: "button", class: "quiet", onclick: () => {
    element.remove();
    changed();
  } }, "Remove"));
  return element;
}

// A text for each locale.
function localized(field, value, changed, context) {
  const rows = h("div", { class: "stack small" });
  const add = (locale, text) => rows.append(row(locale, text, changed, context.locales));
  for (const [locale, text] of Object.entries((value && value.localized) || {})) add(locale, text);
  const read = () => {
    const texts = {};
    for (const { children: [locale, text] } of rows.children) texts[locale.value] = text.value;
    return Object.keys(texts).length > 0 ? { localized: texts } : undefined;
  };
  const more = h("button", { type: "button", class: "quiet", onclick: () => {
    const used = Object.keys((read() || { localized: {} }).localized);
    add(context.locales.find((locale) => !used.includes(locale)) || context.locales[0], "");
    changed();
    rows.lastElementChild.querySelector("input").focus();
  } }, "Add a locale");
  const id = unique("legend");
  const element = h("div", { class: "field", role: "group", "aria-labelledby": id },
    h("span", { id, class: "label" }, title(field)), rows,
    h("div", { class: "row" }, h("span", { class: "hint" }, hint(field)), more));
  return { element, read };
}

KINDS.text = (field, value, changed, context) => {
  if (field.localizable) return localized(field, value, changed, context);
  const input = h("input", { type: "text", value: value || "", oninput: changed,
    autocomplete: "off" });
  return control(field, input);
};

// The only lists there are hold words out of a few.
KINDS.array = (field, value, changed) => {
  const boxes = field.items.values.map((word) => (
    { word, ...checkbox(word, (value || []).includes(word), changed) }));
  const element = h("fieldset", {}, h("legend", {}, title(field)),
    h("span", { class: "hint" }, hint(field)),
    h("div", { class: "checks" }, boxes.map((box) => box.element)));
  return { element, read: () => boxes.filter((box) => box.input.checked).map((box) => box.word) };
};

function parts(fields, value, changed, context) {
  return fields.map((field) => (
    { name: field.name, ...build(field, (value || {})[field.name], changed, context) }));
}

function collect(list) {
  const result = {};
  for (const part of list) {
    const value = part.read();
    if (value !== undefined) result[part.name] = value;
  }
  return result;
}

KINDS.object = (field, value, changed, context) => {
  const list = parts(field.fields, value, changed, context);
  const body = h("div", { class: "stack" }, list.map((part) => part.element));
  const element = h("fieldset", {}, h("legend", {}, title(field)));
  if (field.required) {
    element.append(body);
    return { element, read: () => collect(list) };
  }
  const given = checkbox(`With ${field.name}: ${hint(field)}`, value !== undefined, () => {
    body.hidden = !given.input.checked;
    changed();
  });
  body.hidden = value === undefined;
  element.append(given.element, body);
  return { element, read: () => (given.input.checked ? collect(list) : undefined) };
};

/** The form of an event, filled with its example. */
export function eventForm(event, changed, now) {
  const context = { locales: event.locales, now };
  const list = parts(event.fields, event.example, changed, context);
  return {
    element: h("div", { class: "stack" }, list.map((part) => part.element)),
    read: () => collect(list),
  };
}
