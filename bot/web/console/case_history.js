/** Who saw, said and did what in a case, and when: the newest first. */

import { element } from "../shared/dom.js";

export function historyList(events, desk) {
  const { texts, format } = desk;
  if (!events.length) return element("p", { class: "quiet" }, texts.history.none);
  return element(
    "ol",
    { class: "history", "aria-label": texts.history.title },
    ...events.toReversed().map(({ at, actor, what, detail }) => {
      const told = details(detail, desk);
      // What the customer accepts, an agent gives.
      const did = what === "accepted" && actor !== "customer" ? "gave" : what;
      return element(
        "li",
        {},
        element("time", { datetime: at }, format.moment(at)),
        element("p", {}, element("strong", {}, texts.actor(actor)), ` ${texts.event(did)}`),
        told ? element("p", { class: "quiet" }, told) : null,
      );
    }),
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT/;

/** What is told of an event, in words where we have them. */
function details(detail, { texts, format, me }) {
  const words = {
    reason: texts.reason,
    category: texts.category,
    also: texts.category,
    kind: texts.kind,
    kinds: texts.kind,
    facts: texts.fact,
    what: texts.promised,
    how: texts.how,
    remedy: (name) => me.remedies.find((remedy) => remedy.name === name)?.title ?? name,
    cause: (slug) => me.causes.find((cause) => cause.slug === slug)?.title ?? slug,
  };
  const say = (name, value) => {
    if (MOMENT.test(value)) return format.moment(value);
    if (Array.isArray(value)) return value.map((one) => say(name, one)).join(", ");
    if (typeof value === "object") return value.text ?? JSON.stringify(value);
    return words[name]?.(value) ?? String(value);
  };
  return Object.entries(detail ?? {})
    .filter(([name, value]) => name !== "state" && value !== null && value !== "" && value.length !== 0)
    .map(([name, value]) => texts.detail(name, say(name, value)))
    .join(" · ");
}
