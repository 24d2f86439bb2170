/** How a case leaves my hands: solved, back to the assistant or the queue, given up; or comes into them. */

import { element } from "../shared/dom.js";
import { field, select } from "./controls.js";
import { openDialog } from "./dialog.js";

const pathOf = ({ reference }, what) => `api/cases/${encodeURIComponent(reference)}/${what}`;

export function resolve(desk, view) {
  const { texts, me, api } = desk;
  const cause = select(
    [{ value: "", text: texts.resolve.choose }, ...me.causes.map(({ slug, title }) => ({ value: slug, text: title }))],
    view.data.case.cause ?? "",
    { required: true },
  );
  const note = noteBox(texts);
  openDialog({
    texts,
    title: texts.resolve.title,
    lead: texts.resolve.lead,
    body: [field(texts.resolve.cause, cause), note.field],
    submits: [{ text: texts.resolve.confirm }],
    onSubmit: async () => {
      await api.post(pathOf(view, "resolve"), { cause: cause.value, ...note.value });
      view.acted(texts.resolve.done);
    },
  });
}

/** At once: nothing is lost, and a word of the customer's brings the case back. */
export function returnToBot({ texts }, view) {
  return view.act(pathOf(view, "return"), {}, texts.returned);
}

export function release({ texts, api }, view) {
  const note = noteBox(texts);
  openDialog({
    texts,
    title: texts.release.title,
    lead: texts.release.lead,
    body: [note.field],
    submits: [{ text: texts.release.confirm }],
    onSubmit: async () => {
      await api.post(`api/handoffs/${view.data.card.handoff}/release`, note.value);
      view.acted(texts.release.done);
    },
  });
}

export function abandon({ texts, api }, view) {
  openDialog({
    texts,
    title: texts.abandon.title,
    lead: texts.abandon.lead,
    submits: [{ text: texts.abandon.confirm, kind: "danger" }],
    onSubmit: async () => {
      await api.post(pathOf(view, "abandon"));
      view.acted(texts.abandon.done);
    },
  });
}

export async function takeOver(desk, view, card) {
  desk.claimed = card.reference; // no news to whoever did it
  await view.act(`api/handoffs/${card.handoff}/take-over`, {});
}

function noteBox(texts) {
  const box = element("textarea", { rows: "3" });
  return {
    field: field(texts.noteOptional, box),
    get value() {
      return box.value.trim() ? { note: box.value.trim() } : {};
    },
  };
}
