// Elements out of names, attributes and children. A text becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

let count = 0;

/** An id that no other element has. */
export function unique(name) {
  count += 1;
  return `${name}-${count}`;
}

function set(element, name, value) {
  if (name.startsWith("on")) {
    element.addEventListener(name.slice(2), value);
  } else if (value === true) {
    element.setAttribute(name, "");
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, String(value));
  }
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element. An attribute `on…` is a listener; true is an attribute without a value. */
export function h(name, attributes, ...children) {
  return build(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

/** Sets a text, only if it is another one: what is read out must not be read twice. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A label with its control, and what is known about it. */
export function labelled(text, control, hint) {
  const id = control.id || unique("field");
  control.id = id;
  const parts = [h("label", { for: id }, text), control];
  if (hint) {
    const hintId = unique("hint");
    control.setAttribute("aria-describedby", hintId);
    parts.push(h("span", { id: hintId, class: "hint" }, hint));
  }
  return h("div", { class: "field" }, ...parts);
}

/** A checkbox and its label, side by side. */
export function checkbox(text, checked, onchange) {
  const input = h("input", { type: "checkbox", onchange, id: unique("check") });
  input.checked = checked;
  const label = h("label", { for: input.id }, text);
  return { input, element: h("div", { class: "check" }, input, label) };
}

/** A select of texts, or of [value, text]. */
export function select(options, value, onchange) {
  const element = h("select", { onchange });
  for (const option of options) {
    const [own, text] = Array.isArray(option) ? option : [option, option];
    element.append(h("option", { value: own }, text));
  }
  if (value !== undefined) element.value = value;
  return element;
}

/**
 * Makes the children of a list those of the items, in their order. A child whose key is still there
 * stays the same element, so that it keeps the focus.
 */
export function keyed(list, items, keyOf, make, update) {
  const old = new Map();
  for (const child of list.children) old.set(child.dataset.key, child);
  let place = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = old.get(key);
    old.delete(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
    update(child, item);
  }
  for (const child of old.values()) child.remove();
}

/** What distinguishes an id of up to 255 characters: its beginning and its end. */
export function short(id) {
  const own = id.replace(/^amzn1\.ask\.account\./, "");
  return own.length > 22 ? `${own.slice(0, 9)}…${own.slice(-8)}` : own;
}

/** The time of day of a Unix time, in UTC. */
export function clockTime(unix) {
  return new Date(unix * 1000).toISOString().slice(11, 19);
}

/** "1 event", "2 events". */
export function many(number, one, more) {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : more || `${one}s`}`;
}
