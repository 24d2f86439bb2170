// @ts-check
/** A dialog with one form: it shows what the server refuses, and closes when the work is done. */

import { element } from "../shared/dom.js";
import { Refused } from "./api.js";
import { button } from "./controls.js";

/** @import { ConsoleTexts } from "./texts.js" */

/**
 * @typedef {{
 *   text: string,
 *   kind?: string,
 *   value?: string,
 * }} Submit a button that submits; `kind` is its classes, `value` tells it from others
 */

/**
 * Open a dialog and focus its first field.
 *
 * @param {object} options
 * @param {ConsoleTexts} options.texts
 * @param {string} options.title
 * @param {string | null} [options.lead]
 * @param {HTMLElement[]} [options.body]
 * @param {Submit[]} options.submits
 * @param {(value: string) => Promise<"stay" | void> | void} [options.onSubmit] does the work, with the value
 *   of the button; the dialog stays open if it throws Refused or returns "stay"
 * @param {boolean} [options.wide]
 */
export function openDialog({ texts, title, lead, body = [], submits, onSubmit, wide = false }) {
  const notice = element("p", { class: "notice", role: "alert" });
  const buttons = submits.map(({ text, kind = "primary", value = "" }) =>
    element("button", { type: "submit", class: `button ${kind}`, value }, text),
  );
  const close = button({ label: texts.close, icon: "close", kind: "bare" }, () => dialog.close());
  const form = element(
    "form",
    { method: "dialog" },
    element("div", { class: "dialog-head" }, element("h2", { id: "dialog-title" }, title), close),
    lead ? element("p", { class: "lead" }, lead) : null,
    ...body,
    notice,
    element("div", { class: "dialog-foot" }, ...buttons),
  );
  const dialog = element(
    "dialog",
    { class: `dialog ${wide ? "wide" : ""}`, "aria-labelledby": "dialog-title" },
    form,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter);
    notice.textContent = "";
    for (const submit of buttons) submit.disabled = true;
    try {
      if ((await onSubmit?.(submitter?.value ?? "")) !== "stay") dialog.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notice.textContent = texts.refusal(error);
    } finally {
      for (const submit of buttons) submit.disabled = false;
    }
  });
  // Enter presses the primary button; the browser's own choice would be the first, though it be hidden.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement) || event.isComposing) return;
    event.preventDefault();
    const primary = buttons.findLast((submit) => !submit.hidden && submit.classList.contains("primary"));
    if (primary && !primary.disabled) form.requestSubmit(primary);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  // The first field, not the close button in the corner.
  /** @type {HTMLElement | null} */
  const first = form.querySelector("textarea, input, select");
  (first ?? buttons[0] ?? close).focus();
  return { dialog, form };
}
