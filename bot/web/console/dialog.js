/** A small dialog with one form: it says what went wrong, and goes when it is done. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

/**
 * `submits` are the buttons: {text, kind?, value?}. `onSubmit(value, form)` does the work; what the
 * server refuses is shown, and the dialog stays. `onSubmit` may return "stay", too.
 */
export function openDialog({ texts, title, lead, body = [], submits, onSubmit, wide = false }) {
  const notice = element("p", { class: "notice", role: "alert" });
  const buttons = submits.map(({ text, kind = "primary", value = "" }) =>
    element("button", { type: "submit", class: `button ${kind}`, value }, text),
  );
  const close = button({ label: texts.close, drawing: "close", kind: "bare" }, () => dialog.close());
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
    const value = event.submitter?.value ?? "";
    notice.textContent = "";
    for (const node of buttons) node.disabled = true;
    try {
      if ((await onSubmit?.(value, form)) !== "stay") dialog.close();
    } catch (error) {
      if (error.status === undefined) throw error;
      notice.textContent = texts.refusal(error);
    } finally {
      for (const node of buttons) node.disabled = false;
    }
  });
  // Enter means the button that stands out, and none that is hidden.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
    event.preventDefault();
    const main = buttons.findLast((node) => !node.hidden && node.classList.contains("primary"));
    if (main && !main.disabled) form.requestSubmit(main);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  // The first thing to do is what there is to fill in, not the cross in the corner.
  (form.querySelector("[autofocus], textarea, input, select") ?? buttons[0] ?? close).focus();
  return { dialog, form, notice };
}
