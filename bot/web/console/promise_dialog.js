/** A promise to the customer: what, in words, and by when, on the company's clock. */

import { element } from "../shared/dom.js";
import { uuid } from "./api.js";
import { button, field } from "./controls.js";
import { openDialog } from "./dialog.js";

const HOUR = 3_600_000;

export function askPromise({ texts, api, format, me }, view) {
  const id = uuid();
  const words = element("textarea", { rows: "3", required: true, maxlength: "300", placeholder: texts.promise.example });
  const due = element("input", { type: "datetime-local", required: true, min: format.toField(format.now()) });
  const chips = quickTimes(texts, format).map(([text, at]) =>
    button({ text, kind: "small plain" }, () => (due.value = format.toField(at))),
  );
  openDialog({
    texts,
    title: texts.promise.title,
    lead: texts.promise.lead,
    body: [
      field(texts.promise.words, words),
      field(texts.promise.due, due, texts.promise.zone(me.company.time_zone)),
      element("div", { class: "quick", role: "group", "aria-label": texts.promise.quick }, ...chips),
    ],
    submits: [{ text: texts.promise.confirm }],
    onSubmit: async () => {
      const body = { id, words: words.value.trim(), due_at: format.fromField(due.value) };
      await api.post(`api/cases/${encodeURIComponent(view.reference)}/promises`, body);
      view.acted(texts.promise.done);
    },
  });
}

function quickTimes(texts, format) {
  const now = format.now();
  const at = (days, hour) => {
    const day = format.toField(now + days * 24 * HOUR).slice(0, 10);
    return new Date(format.fromField(`${day}T${String(hour).padStart(2, "0")}:00`)).getTime();
  };
  return [
    [texts.promise.inHour, now + HOUR],
    [texts.promise.today, at(0, 18)],
    [texts.promise.tomorrowMorning, at(1, 10)],
    [texts.promise.tomorrow, at(1, 18)],
  ].filter(([, moment]) => moment > now);
}
