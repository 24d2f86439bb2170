// @ts-check
/** Buttons, chips and form fields, as they are everywhere in the console. */

import { element, screenReaderText } from "../shared/dom.js";
import { icon as buildIcon } from "../shared/icons.js";

/** @import { AttributeValue } from "../shared/dom.js" */
/** @import { IconName } from "../shared/icons.js" */
/** @import { Format } from "./format.js" */

/** @typedef {"" | "bad" | "warn" | "good" | "accent"} Tone */

/**
 * What a button shows: a text, an icon, or both. `label` names a button without a text; `key` is its
 * keyboard shortcut, `kind` its classes; the rest are attributes.
 *
 * @typedef {{
 *   text?: string,
 *   label?: string,
 *   icon?: IconName,
 *   key?: string,
 *   kind?: string,
 *   [attribute: string]: AttributeValue,
 * }} ButtonOptions
 */

/**
 * @param {ButtonOptions} options
 * @param {() => void} onClick
 */
export function button({ text, label, icon, key, kind = "plain", ...attributes }, onClick) {
  const name = label ?? (key ? text : undefined);
  const node = element(
    "button",
    {
      type: "button",
      class: `button ${kind}`,
      "aria-label": label,
      title: name && key ? `${name} (${key})` : name,
      "aria-keyshortcuts": key,
      ...attributes,
    },
    icon ? buildIcon(icon) : null,
    text,
  );
  node.addEventListener("click", onClick);
  return node;
}

/**
 * A short word in a pill.
 *
 * @param {string} text
 * @param {Tone} [tone]
 * @param {{ icon?: IconName | null, meaning?: string }} [options] `meaning`: what a screen reader says first
 */
export function chip(text, tone = "", { icon = null, meaning } = {}) {
  return element(
    "span",
    { class: `chip ${tone}` },
    meaning ? screenReaderText(`${meaning}: `) : null,
    icon ? buildIcon(icon) : null,
    text,
  );
}

/**
 * A moment whose words change with the clock; see startTicking.
 *
 * @param {"since" | "waiting" | "until"} style
 * @param {string} at
 * @param {Format} format
 * @param {Record<string, AttributeValue>} [attributes]
 */
export function ticking(style, at, format, attributes = {}) {
  return element("time", { datetime: at, "data-tick": style, ...attributes }, format[style](at));
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string | HTMLElement} [help]
 */
export function field(label, control, help) {
  return element(
    "label",
    { class: "field" },
    element("span", { class: "label" }, label),
    control,
    typeof help === "string" ? element("span", { class: "help" }, help) : help,
  );
}

/**
 * @param {{ value: string | number, text: string }[]} options
 * @param {string | null} [selected]
 * @param {Record<string, AttributeValue>} [attributes]
 */
export function select(options, selected = null, attributes = {}) {
  return element(
    "select",
    attributes,
    ...options.map(({ value, text }) => element("option", { value, selected: value === selected }, text)),
  );
}

/**
 * A check box with its label.
 *
 * @param {HTMLInputElement} box
 * @param {string} label
 */
export const checkField = (box, label) => element("label", { class: "check" }, box, label);

/**
 * A table whose cells hold text or nodes.
 *
 * @param {string[]} headings
 * @param {HTMLTableSectionElement} body
 */
export function table(headings, body) {
  const cells = headings.map((heading) => element("th", { scope: "col" }, heading));
  return element(
    "div",
    { class: "table" },
    element("table", {}, element("thead", {}, element("tr", {}, ...cells)), body),
  );
}

/**
 * @param {(Node | string)[]} contents
 * @param {Record<string, AttributeValue>} [attributes]
 */
export function tableRow(contents, attributes = {}) {
  return element("tr", attributes, ...contents.map((content) => element("td", {}, content)));
}
