// @ts-check
/** Why this offer: the facts, the rule, the rank of each alternative, what the limits left, what was left out. */

import { element } from "../shared/dom.js";

/** @import { Decision, RankedAlternative } from "../shared/types.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/** @typedef {string | null | undefined} Line */

/**
 * @param {Decision} decision
 * @param {ConsoleTexts} texts
 */
export function decisionDetails(decision, texts) {
  const words = texts.decision;
  const { reason, facts, order_left: orderLeft, customer_left: customerLeft } = decision;
  return element(
    "details",
    { class: "why" },
    element("summary", {}, reason ? words.human : words.offer),
    element(
      "dl",
      {},
      ...row(words.rule, [
        decision.why || words.noRule,
        texts.packet.rule(decision.rule, decision.policy_version),
      ]),
      ...row(words.because, [reason && texts.reason(reason)]),
      ...row(words.facts, factLines(facts, texts)),
      ...row(words.order, [
        ...decision.alternatives.map((alternative, index) => alternativeLine(alternative, index, texts)),
        decision.first_because && words.first[decision.first_because],
      ]),
      ...row(words.raised, [decision.raised_percent && words.raisedBy(decision.raised_percent)]),
      ...row(words.left, [
        orderLeft && words.orderLeft(orderLeft.text),
        customerLeft && words.customerLeft(customerLeft.text),
      ]),
      ...row(
        words.leftOut,
        decision.left_out.map((left) => `${texts.kind(left.kind)}: ${texts.reason(left.reason)}`),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Line[]} lines empty ones are left out, and the row if none remains
 */
function row(title, lines) {
  const shown = lines.filter(Boolean);
  if (!shown.length) return [];
  return [element("dt", {}, title), element("dd", {}, ...shown.map((line) => element("p", {}, line)))];
}

/**
 * @param {Decision["facts"]} facts
 * @param {ConsoleTexts} texts
 * @returns {Line[]}
 */
function factLines(facts, texts) {
  const words = texts.decision;
  const { order_value: orderValue, value_at_risk: valueAtRisk } = facts;
  return [
    `${texts.category(facts.category)}, ${texts.severity(facts.severity).toLowerCase()}`,
    orderValue ? words.orderValue(orderValue.text) : words.noOrder,
    valueAtRisk && words.bought(valueAtRisk.text, facts.tier ?? ""),
    words.failures(facts.failures),
    words.before(facts.order_remedies, facts.customer_remedies),
    facts.identity_proven ? words.proven : words.unproven,
    facts.has_photo ? words.photo : null,
    facts.desired && words.desired(texts.kind(facts.desired)),
  ];
}

/**
 * @param {RankedAlternative} alternative
 * @param {number} index
 * @param {ConsoleTexts} texts
 */
function alternativeLine({ title, is_entitlement: isEntitlement, cost, worth, weight }, index, texts) {
  const words = texts.decision;
  const parts = [
    isEntitlement ? words.right : null,
    cost && words.costs(cost.text),
    weight && worth && words.weighs(worth.text, weight.text),
  ].filter(Boolean);
  return `${index + 1}. ${title}${parts.length ? `: ${parts.join(", ")}` : ""}`;
}
