// @ts-check
/** Makes a promise to the customer: what, in words, and by when, in the company's time zone. */

import { element } from "../shared/dom.js";
import { uuid } from "../shared/uuid.js";
import { casePath } from "./api.js";
import { button, field } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { CaseView } from "./case_view.js" */
/** @import { Format } from "./format.js" */
/** @import { Workspace } from "./workspace.js" */

const HOUR_MS = 3_600_000;

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function askPromise({ texts, api, format, me }, view) {
  const id = uuid();
  const words = element("textarea", {
    rows: "3",
    required: true,
    maxlength: "300",
    placeholder: texts.promise.example,
  });
  const due = element("input", {
    type: "datetime-local",
    required: true,
    min: format.toDateTimeField(format.now()),
  });
  const moments = commonMoments(format);
  /** @type {[string, number][]} */
  const choices = [
    [texts.promise.inHour, moments.inOneHour],
    [texts.promise.today, moments.todayEvening],
    [texts.promise.tomorrowMorning, moments.tomorrowMorning],
    [texts.promise.tomorrow, moments.tomorrowEvening],
  ];
  const buttons = choices
    .filter(([, at]) => at > format.now())
    .map(([text, at]) =>
      button({ text, kind: "small plain" }, () => (due.value = format.toDateTimeField(at))),
    );
  openDialog({
    texts,
    title: texts.promise.title,
    lead: texts.promise.lead,
    body: [
      field(texts.promise.words, words),
      field(texts.promise.due, due, texts.promise.zone(me.company.time_zone)),
      element("div", { class: "quick", role: "group", "aria-label": texts.promise.quick }, ...buttons),
    ],
    submits: [{ text: texts.promise.confirm }],
    onSubmit: async () => {
      const body = { id, words: words.value.trim(), due_at: format.fromDateTimeField(due.value) };
      await api.post(casePath(view.reference, "promises"), body);
      view.acted(texts.promise.done);
    },
  });
}

/**
 * Return the moments that are chosen most, in milliseconds; some may have passed.
 *
 * @param {Pick<Format, "now" | "toDateTimeField" | "fromDateTimeField">} format
 */
export function commonMoments(format) {
  const now = format.now();
  /**
   * @param {number} days from today
   * @param {number} hour
   */
  const at = (days, hour) => {
    const day = format.toDateTimeField(now + days * 24 * HOUR_MS).slice(0, 10);
    return Date.parse(format.fromDateTimeField(`${day}T${String(hour).padStart(2, "0")}:00`));
  };
  return {
    inOneHour: now + HOUR_MS,
    todayEvening: at(0, 18),
    tomorrowMorning: at(1, 10),
    tomorrowEvening: at(1, 18),
  };
}
