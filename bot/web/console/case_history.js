// @ts-check
/** Who saw, said and did what in a case, and when: the newest first. */

import { element } from "../shared/dom.js";

/** @import { CaseEvent } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

const MOMENT = /^\d{4}-\d\d-\d\dT/;

/**
 * @param {CaseEvent[]} events the oldest first
 * @param {Workspace} workspace
 */
export function historyList(events, workspace) {
  const { texts } = workspace;
  if (!events.length) return element("p", { class: "quiet" }, texts.history.none);
  const items = events.toReversed().map((event) => historyItem(event, workspace));
  return element("ol", { class: "history", "aria-label": texts.history.title }, ...items);
}

/**
 * @param {CaseEvent} event
 * @param {Workspace} workspace
 */
function historyItem({ at, actor, what, detail }, workspace) {
  const { texts, format } = workspace;
  const details = detailsText(detail ?? {}, workspace);
  // The customer accepts a remedy, an agent gives it.
  const action = what === "accepted" && actor !== "customer" ? "gave" : what;
  return element(
    "li",
    {},
    element("time", { datetime: at }, format.moment(at)),
    element("p", {}, element("strong", {}, texts.actor(actor)), ` ${texts.event(action)}`),
    details ? element("p", { class: "quiet" }, details) : null,
  );
}

/**
 * Return the details of an event in the agent's words, where there are any.
 *
 * @param {Record<string, unknown>} detail
 * @param {Pick<Workspace, "texts" | "format" | "me">} workspace
 */
export function detailsText(detail, { texts, format, me }) {
  /** @type {Record<string, (value: string) => string>} */
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
  /**
   * @param {string} name
   * @param {unknown} value
   * @returns {string}
   */
  const valueText = (name, value) => {
    if (typeof value === "string" && MOMENT.test(value)) return format.moment(value);
    if (Array.isArray(value)) return value.map((item) => valueText(name, item)).join(", ");
    if (typeof value === "object" && value !== null) {
      return "text" in value ? String(value.text) : JSON.stringify(value);
    }
    return words[name]?.(String(value)) ?? String(value);
  };
  return Object.entries(detail)
    .filter(([name, value]) => name !== "state" && !isEmpty(value))
    .map(([name, value]) => texts.detail(name, valueText(name, value)))
    .join(" · ");
}

/** @param {unknown} value */
const isEmpty = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);
