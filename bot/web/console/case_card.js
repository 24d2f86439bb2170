// @ts-check
/** One case in a list: who, why, since when, until when. */

import { element, screenReaderText } from "../shared/dom.js";
import { button, chip, ticking } from "./controls.js";
import { caseLink } from "./links.js";

/** @import { Card } from "../shared/types.js" */
/** @import { Format } from "./format.js" */
/** @import { ConsoleTexts } from "./texts.js" */
/** @import { Workspace } from "./workspace.js" */

/** @typedef {"queue" | "mine" | "others"} CardList */

const STRONG_EMOTIONS = new Set(["angry", "desperate"]);

/**
 * @param {Card} card
 * @param {CardList} list
 * @param {Workspace} workspace
 */
export function buildCard(card, list, workspace) {
  const { texts, format } = workspace;
  const name = element("strong", { class: "name", id: `card-${card.handoff}` }, texts.nameOf(card));
  const isUrgent = card.priority === 1;
  const link = element(
    "a",
    { href: caseLink(card.reference) },
    element(
      "span",
      { class: "line" },
      name,
      list === "mine"
        ? unanswered(card, texts)
        : ticking("since", card.waiting_since, format, { class: "wait" }),
    ),
    element(
      "span",
      { class: "chips" },
      chip(texts.reason(card.reason), isUrgent ? "bad" : "", { icon: isUrgent ? "warning" : null }),
      severityChip(card, texts),
    ),
    list === "mine" && card.last
      ? element("span", { class: "last" }, `${texts.authorShort(card.last.author)}: ${card.last.text}`)
      : element("span", { class: "what" }, `${subject(card, texts)} · ${texts.channel(card.channel)}`),
    element(
      "span",
      { class: "foot" },
      element("span", { class: "reference" }, card.reference),
      list === "others" && card.agent ? element("span", {}, card.agent.name) : null,
      due(card, list, workspace),
    ),
  );
  const tone = isLate(card, format) ? "late" : card.breaks_soon ? "soon" : "";
  return element(
    "li",
    { class: `card ${tone}`, "data-reference": card.reference },
    link,
    list === "queue"
      ? button({ text: texts.claim, kind: "small primary", "aria-describedby": name.id }, () =>
          workspace.claim(card),
        )
      : null,
  );
}

/**
 * @param {Card} card
 * @param {Format} format
 */
export const isLate = (card, format) =>
  card.is_late || (card.due_at !== null && Date.parse(card.due_at) < format.now());

/**
 * @param {{ is_told: boolean, category: string }} card
 * @param {ConsoleTexts} texts
 */
export const subject = (card, texts) => (card.is_told ? texts.category(card.category) : texts.notTold);

/**
 * What makes the case heavier than others; one word is enough on a card.
 *
 * @param {Card} card
 * @param {ConsoleTexts} texts
 */
function severityChip({ emotion, severity }, texts) {
  if (STRONG_EMOTIONS.has(emotion)) return chip(texts.emotion(emotion), "warn");
  return severity === "high" ? chip(texts.severity(severity), "warn") : null;
}

/**
 * @param {Card} card
 * @param {CardList} list
 * @param {Workspace} workspace
 */
function due(card, list, { texts, format }) {
  if (!card.due_at) return null;
  if (list === "mine" && card.state === "active" && card.unanswered === 0 && !card.is_late) return null;
  return element(
    "span",
    { class: "due" },
    isLate(card, format)
      ? screenReaderText(`${texts.late}: `)
      : card.breaks_soon
        ? screenReaderText(`${texts.breaksSoon}: `)
        : null,
    ticking("until", card.due_at, format),
  );
}

/**
 * @param {Card} card
 * @param {ConsoleTexts} texts
 */
function unanswered(card, texts) {
  if (!card.unanswered) return null;
  return element(
    "span",
    { class: "unanswered" },
    element("span", { "aria-hidden": "true" }, String(card.unanswered)),
    screenReaderText(texts.unanswered(card.unanswered)),
  );
}
