// @ts-check
/** The addresses of the console's views, as the fragment of its page's address. */

import { element } from "../shared/dom.js";

/** @param {string} reference */
export const caseLink = (reference) => `#/case/${encodeURIComponent(reference)}`;

/** @param {string} words */
export const searchLink = (words) => `#/search/${encodeURIComponent(words)}`;

/**
 * Create a link to a case that shows its reference.
 *
 * @param {string} reference
 */
export const caseAnchor = (reference) => element("a", { href: caseLink(reference) }, reference);
