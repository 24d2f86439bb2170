// @ts-check
/** The text of a message as nodes: codes stay on one line, and the company's links can be pressed. */

import { element } from "./dom.js";

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;
// "Q-4827-3916", "7FQW-RUHV-274P": read out and copied in one piece.
const CODE = /\b[A-Z\d]{1,4}(?:-[A-Z\d]{4}){2}\b/;

/**
 * Split a text into plain parts, codes and, if wanted, links.
 *
 * @param {string} text
 * @param {{ links?: boolean }} [options]
 * @returns {{ kind: "plain" | "code" | "link", text: string }[]}
 */
export function splitText(text, { links = false } = {}) {
  const special = links ? new RegExp(`(${LINK.source}|${CODE.source})`) : new RegExp(`(${CODE.source})`);
  // Splitting on one group puts what it matched at the odd indexes.
  return text.split(special).map((part, index) => {
    if (index % 2 === 0) return { kind: "plain", text: part };
    return { kind: links && LINK.test(part) ? "link" : "code", text: part };
  });
}

/**
 * @param {string} text
 * @param {{ links?: boolean }} [options]
 * @returns {(Node | string)[]}
 */
export function textNodes(text, options) {
  return splitText(text, options).map((part) => {
    if (part.kind === "plain") return part.text;
    if (part.kind === "code") return element("span", { class: "no-break" }, part.text);
    return element("a", { href: part.text, target: "_blank", rel: "noopener noreferrer" }, part.text);
  });
}
