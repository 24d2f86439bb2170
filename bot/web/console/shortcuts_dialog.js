/** The list of short ways, on "?". */

import { element } from "../shared/dom.js";
import { openDialog } from "./dialog.js";
import { looks } from "./storage.js";

export function showShortcuts({ texts, me }) {
  const supervises = me.agent.role === "supervisor";
  const rows = texts.keys.list.filter(([, , role]) => !role || supervises);
  const letters = element("input", { type: "checkbox", checked: looks.read("letters") ?? true });
  letters.addEventListener("change", () => looks.write("letters", letters.checked ? null : false));
  openDialog({
    texts,
    title: texts.shortcuts,
    wide: true,
    body: [
      element(
        "dl",
        { class: "keys" },
        ...rows.map(([keys, words]) =>
          element(
            "div",
            {},
            element("dt", {}, ...keys.split(" ").flatMap((key, place) => [place ? " " : "", element("kbd", {}, key)])),
            element("dd", {}, words),
          ),
        ),
      ),
      element("label", { class: "check" }, letters, texts.keys.letters),
    ],
    submits: [],
  });
}
