// @ts-check
/** A button that opens a short menu: arrows move, Escape closes, the focus comes back. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

/** @import { IconName } from "../shared/icons.js" */

/** @typedef {{ text: string, icon: IconName, act: () => void }} MenuItem */

const STEPS = new Map([
  ["ArrowDown", 1],
  ["ArrowUp", -1],
]);

/**
 * @param {string} label
 * @param {MenuItem[]} items
 */
export function buildMenu(label, items) {
  const opener = button({ label, icon: "more", "aria-haspopup": "menu", "aria-expanded": "false" }, () => {
    if (list.hidden) open();
    else close();
  });
  const entries = items.map(({ text, icon, act }) => {
    return button({ text, icon, kind: "bare", role: "menuitem", tabindex: "-1" }, () => {
      close();
      act();
    });
  });
  const list = element("div", { role: "menu", class: "menu", "aria-label": label, hidden: true }, ...entries);
  const anchor = element("div", { class: "menu-anchor" }, opener, list);

  function open() {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    entries[0].focus();
  }
  function close() {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  }
  list.addEventListener("keydown", (event) => {
    const step = STEPS.get(event.key);
    if (event.key === "Escape") {
      close();
      opener.focus();
    } else if (step !== undefined) {
      const index = entries.findIndex((entry) => entry === document.activeElement);
      entries[(index + step + entries.length) % entries.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  anchor.addEventListener("focusout", ({ relatedTarget }) => {
    if (!anchor.contains(/** @type {Node | null} */ (relatedTarget))) close();
  });
  return anchor;
}
