/** A button that opens a short menu: arrows move, Escape closes, the focus comes back. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

/** `items`: [name, what `button` takes, what it does]. */
export function buildMenu(label, items) {
  const opener = button({ label, drawing: "more", "aria-haspopup": "menu", "aria-expanded": "false" }, () => {
    if (list.hidden) open();
    else close();
  });
  const entries = items.map(([, look, act]) => {
    return button({ ...look, kind: "bare", role: "menuitem", tabindex: "-1" }, () => {
      close();
      act();
    });
  });
  const list = element("div", { role: "menu", class: "menu", "aria-label": label, hidden: true }, ...entries);
  const wrap = element("div", { class: "menu-place" }, opener, list);

  function open() {
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    entries[0].focus();
  }
  function close() {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  }
  const STEPS = { ArrowDown: 1, ArrowUp: -1 };
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      opener.focus();
    } else if (event.key in STEPS) {
      const here = entries.indexOf(document.activeElement);
      entries[(here + STEPS[event.key] + entries.length) % entries.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  wrap.addEventListener("focusout", ({ relatedTarget }) => wrap.contains(relatedTarget) || close());
  return wrap;
}
