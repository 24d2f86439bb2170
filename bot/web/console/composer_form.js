// @ts-check
/** The composer's form: reply or note, the text box, the tools, and one button to send. */

import { element } from "../shared/dom.js";
import { photoInput, sendOnEnter, takePastedFiles } from "../shared/text_box.js";
import { button } from "./controls.js";

/** @import { ComposerMode } from "./drafts.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/** @type {ComposerMode[]} */
const MODES = ["reply", "note"];

/**
 * @param {ConsoleTexts} texts
 * @param {object} options
 * @param {HTMLElement[]} options.parts what stands between the modes and the box
 * @param {(mode: ComposerMode) => void} options.onMode
 * @param {() => void} options.onAnswers called to open the canned answers
 * @param {(files: FileList) => void} options.onFiles
 * @param {() => void} options.onSubmit
 * @param {() => void} options.onInput
 */
export function buildComposer(texts, { parts, onMode, onAnswers, onFiles, onSubmit, onInput }) {
  const box = element("textarea", { rows: "2", enterkeyhint: "send", autocomplete: "off" });
  const notice = element("p", { class: "notice", role: "alert" });
  const uploaded = element("div", { class: "tray", hidden: true });
  const send = element("button", { type: "submit", class: "button primary" });
  const files = photoInput(onFiles);
  const modeButtons = MODES.map((mode) =>
    button({ text: texts.modes[mode], kind: "mode", key: texts.modeKeys[mode], "data-mode": mode }, () => onMode(mode)),
  );
  const modes = element("div", { class: "modes", role: "group", "aria-label": texts.modes.name }, ...modeButtons);
  const form = element(
    "form",
    { class: "composer", novalidate: true },
    modes,
    ...parts,
    uploaded,
    box,
    notice,
    element(
      "div",
      { class: "row" },
      button({ label: texts.attach, icon: "photo", kind: "bare reply-only" }, () => files.click()),
      button({ label: texts.answers.title, icon: "phrases", key: "c", kind: "bare reply-only" }, onAnswers),
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
    if (event.key !== "/" || box.value || form.dataset.mode !== "reply") return;
    event.preventDefault();
    onAnswers();
  });
  sendOnEnter(box, onSubmit);
  takePastedFiles(box, onFiles);
  box.addEventListener("input", onInput);

  /** Fit the height of the box to its text; only possible once it is drawn. */
  function fitHeight() {
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + 2}px`;
  }

  /**
   * Show what is being written, and its text.
   *
   * @param {ComposerMode} mode
   * @param {string} text
   */
  function setMode(mode, text) {
    form.dataset.mode = mode;
    for (const node of modeButtons) node.setAttribute("aria-pressed", String(node.dataset.mode === mode));
    box.value = text;
    box.setAttribute("aria-label", texts.boxes[mode]);
    box.placeholder = texts.boxes[mode];
    send.textContent = texts.sends[mode];
    fitHeight();
  }

  /**
   * Show uploaded photos that wait to be sent with the message.
   *
   * @param {{ node: HTMLElement, remove: () => void }[]} photos
   */
  function showUploaded(photos) {
    uploaded.hidden = !photos.length;
    uploaded.replaceChildren(
      ...photos.map(({ node, remove }) =>
        element(
          "div",
          { class: "uploaded" },
          node,
          button({ label: texts.removeThis, icon: "close", kind: "remove" }, remove),
        ),
      ),
    );
  }

  return { element: form, box, notice, modes, fitHeight, setMode, showUploaded };
}
