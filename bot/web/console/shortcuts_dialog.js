// @ts-check
/** The list of keyboard shortcuts. */

import { element } from "../shared/dom.js";
import { checkField } from "./controls.js";
import { openDialog } from "./dialog.js";
import { preferences } from "./storage.js";

/** @import { Workspace } from "./workspace.js" */

/** @param {Workspace} workspace */
export function showShortcuts({ texts, supervises }) {
  const shortcuts = texts.keys.list.filter(([, , role]) => !role || supervises);
  const letters = element("input", { type: "checkbox", checked: preferences.getJson("letters") ?? true });
  letters.addEventListener("change", () => preferences.setJson("letters", letters.checked ? null : false));
  openDialog({
    texts,
    title: texts.shortcuts,
    wide: true,
    body: [
      element("dl", { class: "keys" }, ...shortcuts.map(([keys, words]) => shortcut(keys, words))),
      checkField(letters, texts.keys.letters),
    ],
    submits: [],
  });
}

/**
 * @param {string} keys separated by a space
 * @param {string} words
 */
function shortcut(keys, words) {
  const nodes = keys.split(" ").flatMap((key, index) => [index ? " " : "", element("kbd", {}, key)]);
  return element("div", {}, element("dt", {}, ...nodes), element("dd", {}, words));
}
