// @ts-check
/** Builders for elements. Data enters the page as text or as an attribute, never as markup. */

/** @typedef {string | number | boolean | URL | null | undefined} AttributeValue */
/** @typedef {Node | string | null | undefined} Child */

/**
 * Create an element. An attribute that is false, null or undefined is left out, true becomes an empty
 * attribute; children that are null or undefined are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, AttributeValue>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

/**
 * Create text for screen readers only.
 *
 * @param {string} text
 */
export const screenReaderText = (text) => element("span", { class: "spoken" }, text);
