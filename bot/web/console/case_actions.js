// @ts-check
/** How a case leaves the agent's hands (resolved, returned, released, abandoned), or comes into a supervisor's. */

import { element } from "../shared/dom.js";
import { casePath } from "./api.js";
import { field, select } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { Card } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { ConsoleTexts } from "./texts.js" */
/** @import { Workspace } from "./workspace.js" */

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function resolve({ texts, me, api }, view) {
  const causes = me.causes.map(({ slug, title }) => ({ value: slug, text: title }));
  const cause = select(
    [{ value: "", text: texts.resolve.choose }, ...causes],
    view.data.case.cause ?? "",
    { required: true },
  );
  const note = noteBox();
  openDialog({
    texts,
    title: texts.resolve.title,
    lead: texts.resolve.lead,
    body: [field(texts.resolve.cause, cause), noteField(note, texts)],
    submits: [{ text: texts.resolve.confirm }],
    onSubmit: async () => {
      await api.post(casePath(view.reference, "resolve"), { cause: cause.value, ...noteBody(note) });
      view.acted(texts.resolve.done);
    },
  });
}

/**
 * At once, without a question: nothing is lost, and the customer's next message can bring the case back.
 *
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function returnToBot({ texts }, view) {
  return view.act(casePath(view.reference, "return"), {}, texts.returned);
}

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 * @param {Card} card
 */
export function release({ texts, api }, view, card) {
  const note = noteBox();
  openDialog({
    texts,
    title: texts.release.title,
    lead: texts.release.lead,
    body: [noteField(note, texts)],
    submits: [{ text: texts.release.confirm }],
    onSubmit: async () => {
      await api.post(`api/handoffs/${card.handoff}/release`, noteBody(note));
      view.acted(texts.release.done);
    },
  });
}

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function abandon({ texts, api }, view) {
  openDialog({
    texts,
    title: texts.abandon.title,
    lead: texts.abandon.lead,
    submits: [{ text: texts.abandon.confirm, kind: "danger" }],
    onSubmit: async () => {
      await api.post(casePath(view.reference, "abandon"));
      view.acted(texts.abandon.done);
    },
  });
}

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 * @param {Card} card
 */
export async function takeOver(workspace, view, card) {
  workspace.claimedReference = card.reference;
  await view.act(`api/handoffs/${card.handoff}/take-over`, {});
}

const noteBox = () => element("textarea", { rows: "3" });

/**
 * @param {HTMLTextAreaElement} box
 * @param {ConsoleTexts} texts
 */
const noteField = (box, texts) => field(texts.noteOptional, box);

/** @param {HTMLTextAreaElement} box */
function noteBody(box) {
  const note = box.value.trim();
  return note ? { note } : {};
}
