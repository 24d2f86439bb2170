/** Why this offer: the facts, the rule, what each alternative weighs, what the limits left, what was left out. */

import { element } from "../shared/dom.js";

export function whyOffer(why, texts) {
  const words = texts.why;
  const leftOut = why.left_out.map(({ kind, reason }) => `${texts.kind(kind)}: ${texts.reason(reason)}`);
  const left = [
    why.order_left ? words.orderLeft(why.order_left.text) : null,
    why.customer_left ? words.customerLeft(why.customer_left.text) : null,
  ];
  return element(
    "details",
    { class: "why" },
    element("summary", {}, why.reason ? words.person : words.offer),
    element(
      "dl",
      {},
      ...row(words.rule, [why.why || words.noRule, texts.packet.rule(why.rule, why.policy_version)]),
      ...row(words.because, [why.reason ? texts.reason(why.reason) : null]),
      ...row(words.facts, factLines(why.facts, texts)),
      ...row(words.order, [
        ...why.alternatives.map((one, place) => alternativeLine(one, place, words)),
        why.first_because ? words.first[why.first_because] : null,
      ]),
      ...row(words.raised, [why.raised_percent ? words.raisedBy(why.raised_percent) : null]),
      ...row(words.left, left),
      ...row(words.leftOut, leftOut),
    ),
  );
}

function row(title, lines) {
  const said = lines.filter(Boolean);
  if (!said.length) return [];
  return [element("dt", {}, title), element("dd", {}, ...said.map((line) => element("p", {}, line)))];
}

function factLines(facts, texts) {
  const words = texts.why;
  return [
    `${texts.category(facts.category)}, ${texts.severity(facts.severity).toLowerCase()}`,
    facts.order_value ? words.orderValue(facts.order_value.text) : words.noOrder,
    facts.value_at_risk ? words.bought(facts.value_at_risk.text, facts.tier) : null,
    words.failures(facts.failures),
    words.before(facts.order_remedies, facts.customer_remedies),
    facts.identity_proven ? words.proven : words.unproven,
    facts.has_photo ? words.photo : null,
    facts.desired ? words.desired(texts.kind(facts.desired)) : null,
  ];
}

function alternativeLine(one, place, words) {
  const parts = [
    one.is_entitlement ? words.right : null,
    one.cost ? words.costs(one.cost.text) : null,
    one.weight ? words.weighs(one.worth.text, one.weight.text) : null,
  ].filter(Boolean);
  return `${place + 1}. ${one.title}${parts.length ? `: ${parts.join(", ")}` : ""}`;
}
