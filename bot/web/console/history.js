/** Who saw, said and did what in a case, and when: the newest first. */

import { element } from "/widget/dom.js";

export function historyList(events, { texts, format }) {
  if (!events.length) return element("p", { class: "quiet" }, texts.history.none);
  return element(
    "ol",
    { class: "history", "aria-label": texts.history.title },
    ...events.toReversed().map(({ at, actor, what, detail }) => {
      const told = details(detail, texts);
      return element(
        "li",
        {},
        element("time", { datetime: at }, format.moment(at)),
        element("p", {}, element("strong", {}, texts.actor(actor)), ` ${texts.event(what)}`),
        told ? element("p", { class: "quiet" }, told) : null,
      );
    }),
  );
}

function details(detail, texts) {
  return Object.entries(detail ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => texts.detail(name, typeof value === "object" ? (value.text ?? JSON.stringify(value)) : value))
    .join(" · ");
}
