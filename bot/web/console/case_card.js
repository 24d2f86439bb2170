/** One case in a list: who, why, since when, until when. */

import { element, spoken } from "../shared/dom.js";
import { button, chip, ticking } from "./controls.js";

const STRONG = new Set(["angry", "desperate"]);

/** `kind` is the list: "queue", "mine" or "others". */
export function makeCard(card, kind, desk) {
  const { texts, format } = desk;
  const name = element("strong", { class: "name", id: `card-${card.handoff}` }, texts.nameOf(card));
  const href = `#/case/${encodeURIComponent(card.reference)}`;
  const link = element(
    "a",
    { href },
    element(
      "span",
      { class: "line" },
      name,
      kind === "mine" ? unanswered(card, texts) : ticking("since", card.waiting_since, format, { class: "wait" }),
    ),
    element(
      "span",
      { class: "chips" },
      chip(texts.reason(card.reason), card.priority === 1 ? "bad" : "", card.priority === 1 ? "warn" : null),
      weight(card, texts),
    ),
    kind === "mine" && card.last
      ? element("span", { class: "last" }, `${texts.authorShort(card.last.author)}: ${card.last.text}`)
      : element("span", { class: "what" }, `${card.is_told ? texts.category(card.category) : texts.notTold} · ${texts.channel(card.channel)}`),
    element(
      "span",
      { class: "foot" },
      element("span", { class: "reference" }, card.reference),
      kind === "others" && card.agent ? element("span", {}, card.agent.name) : null,
      card.due_at ? due(card, kind, desk) : null,
    ),
  );
  const late = isLate(card, format);
  return element(
    "li",
    { class: `card ${late ? "late" : card.breaks_soon ? "soon" : ""}`, "data-reference": card.reference },
    link,
    kind === "queue"
      ? button({ text: texts.claim, kind: "small primary", "aria-describedby": name.id }, () => desk.claim(card))
      : null,
  );
}

export const isLate = (card, format) => card.is_late || (card.due_at && new Date(card.due_at) < format.now());

/** What makes it heavier than others: one word is enough on a card. */
function weight({ emotion, severity }, texts) {
  if (STRONG.has(emotion)) return chip(texts.emotion(emotion), "warn");
  return severity === "high" ? chip(texts.severity(severity), "warn") : null;
}

function due(card, kind, { texts, format }) {
  if (kind === "mine" && card.state === "active" && card.unanswered === 0 && !card.is_late) return null;
  return element(
    "span",
    { class: "due" },
    isLate(card, format) ? spoken(`${texts.late}: `) : card.breaks_soon ? spoken(`${texts.breaksSoon}: `) : null,
    ticking("until", card.due_at, format),
  );
}

function unanswered(card, texts) {
  if (!card.unanswered) return null;
  return element(
    "span",
    { class: "unanswered" },
    element("span", { "aria-hidden": "true" }, String(card.unanswered)),
    spoken(texts.unanswered(card.unanswered)),
  );
}
