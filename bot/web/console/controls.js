/** Buttons, chips and lists, as they are everywhere in the console. */

import { element, spoken } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** A button with words, a drawing, or both; `label` names one that has no words. */
export function button({ text, label, drawing, key, kind = "plain", ...attributes }, onClick) {
  const node = element(
    "button",
    {
      type: "button",
      class: `button ${kind}`,
      "aria-label": label,
      title: label && key ? `${label} (${key})` : (label ?? (key ? `${text} (${key})` : null)),
      "aria-keyshortcuts": key,
      ...attributes,
    },
    drawing ? icon(drawing) : null,
    text ?? null,
  );
  if (onClick) node.addEventListener("click", onClick);
  return node;
}

/** A short word in a pill; `tone` is "", "bad", "warn", "good" or "accent". */
export function chip(text, tone = "", drawing = null, meaning = null) {
  return element(
    "span",
    { class: `chip ${tone}` },
    meaning ? spoken(`${meaning}: `) : null,
    drawing ? icon(drawing) : null,
    text,
  );
}

/** A moment whose words go on with the clock; `style` is a function of format.js. */
export function ticking(style, at, format, attributes = {}) {
  return element("time", { datetime: at, "data-tick": style, ...attributes }, format[style](at));
}

export function field(label, control, help = null) {
  return element(
    "label",
    { class: "field" },
    element("span", { class: "label" }, label),
    control,
    help ? element("span", { class: "help" }, help) : null,
  );
}

export function select(options, chosen = null, attributes = {}) {
  return element(
    "select",
    attributes,
    ...options.map(({ value, text }) => element("option", { value, selected: value === chosen }, text)),
  );
}

const prints = new WeakMap();

/**
 * Make `parent` hold one element for each item, in order. What did not change stays the element it
 * was, so that nothing flickers, is read aloud twice, or loses the focus.
 */
export function keyed(parent, items, keyOf, make) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const nodes = items.map((item) => {
    const key = String(keyOf(item));
    const print = JSON.stringify(item);
    const there = known.get(key);
    if (there && prints.get(there) === print) return there;
    const node = make(item);
    node.dataset.key = key;
    prints.set(node, print);
    if (there?.contains(document.activeElement)) {
      const tag = document.activeElement.tagName;
      queueMicrotask(() => node.querySelector(tag.toLowerCase())?.focus({ preventScroll: true }));
    }
    return node;
  });
  place(parent, nodes);
}

/** Make `parent` hold just these, and move only what stands in the wrong place: moving is being read again. */
export function place(parent, nodes) {
  const kept = new Set(nodes);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}
