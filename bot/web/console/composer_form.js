/** The composer as it is drawn: what to write, the box, the tools, and one button to send. */

import { element } from "../shared/dom.js";
import { ACCEPTED } from "/widget/photo_loader.js";
import { button } from "./controls.js";

const MODES = ["reply", "note"];

/** `parts` stand between the modes and the box; the rest is told what happens. */
export function buildComposer(texts, { parts, onMode, onAnswers, onFiles, onSubmit, onInput }) {
  const box = element("textarea", { rows: "2", enterkeyhint: "send", autocomplete: "off" });
  const notice = element("p", { class: "notice", role: "alert" });
  const kept = element("div", { class: "tray", hidden: true });
  const send = element("button", { type: "submit", class: "button primary" });
  const files = element("input", { type: "file", accept: ACCEPTED, multiple: true, hidden: true });
  const choices = MODES.map((mode) =>
    button({ text: texts.modes[mode], kind: "mode", key: texts.modeKeys[mode], "data-mode": mode }, () => onMode(mode)),
  );
  const modes = element("div", { class: "modes", role: "group", "aria-label": texts.modes.name }, ...choices);
  const form = element(
    "form",
    { class: "composer", novalidate: true },
    modes,
    ...parts,
    kept,
    box,
    notice,
    element(
      "div",
      { class: "row" },
      button({ label: texts.attach, drawing: "upload", kind: "bare reply-only" }, () => files.click()),
      button({ label: texts.answers.title, drawing: "phrases", key: "c", kind: "bare reply-only" }, onAnswers),
      element("span", { class: "hint quiet reply-only" }, texts.hint),
      send,
    ),
    files,
  );

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "/" && !box.value && form.dataset.mode === "reply") {
      event.preventDefault();
      return onAnswers();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSubmit();
  });
  box.addEventListener("input", onInput);
  box.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    onFiles(event.clipboardData.files);
  });
  files.addEventListener("change", () => {
    onFiles(files.files);
    files.value = ""; // the same photo may be chosen again after it was removed
  });

  /** Fit the box to its text; only possible once it is drawn. */
  function fit() {
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + 2}px`;
  }

  /** Look like what is written now. */
  function dress(mode, text) {
    form.dataset.mode = mode;
    for (const node of choices) node.setAttribute("aria-pressed", String(node.dataset.mode === mode));
    box.value = text;
    box.setAttribute("aria-label", texts.boxes[mode]);
    box.placeholder = texts.boxes[mode];
    send.textContent = texts.sends[mode];
    fit();
  }

  /** Show photos that wait to go with the message: {node, remove}. */
  function keep(photos) {
    kept.hidden = !photos.length;
    kept.replaceChildren(
      ...photos.map(({ node, remove }) =>
        element("div", { class: "kept" }, node, button({ label: texts.removeThis, drawing: "close", kind: "remove" }, remove)),
      ),
    );
  }

  return { element: form, box, notice, modes, fit, dress, keep };
}
