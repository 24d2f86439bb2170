// @ts-check
/** The sections of the packet with what is known: what happened, to whom, with which order, and the sources. */

import { element } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { chip } from "./controls.js";
import { caseAnchor } from "./links.js";

/** @import { Card, Complaint, Fact, Order, Packet, Photo } from "../shared/types.js" */
/** @import { Child } from "../shared/dom.js" */
/** @import { Tone } from "./controls.js" */
/** @import { Workspace } from "./workspace.js" */

/** @type {Record<string, Tone>} */
const SEVERITY_TONES = { high: "bad", medium: "warn", low: "" };
/** @type {Record<string, Tone>} */
const EMOTION_TONES = { calm: "", upset: "warn", angry: "bad", desperate: "bad" };

/**
 * @param {string} title
 * @param {...Child} content
 */
export function section(title, ...content) {
  return element("section", { class: "part" }, element("h3", {}, title), ...content);
}

/**
 * @param {Packet} packet
 * @param {Workspace} workspace
 */
export function summarySection(packet, { texts }) {
  const { told_wait: wait } = packet;
  // What the summary says already is not repeated.
  const corrections = packet.corrections.filter((words) => !packet.summary.includes(words));
  return element(
    "section",
    { class: "part" },
    element("h3", {}, texts.packet.summary),
    element("p", { class: "summary" }, packet.summary),
    packet.confirmed === "yes"
      ? element("p", { class: "confirmed" }, icon("check"), texts.packet.confirmed)
      : null,
    corrections.length
      ? element(
          "div",
          { class: "corrections" },
          element("p", {}, texts.packet.corrected),
          ...corrections.map((words) => element("blockquote", {}, words)),
        )
      : null,
    wait.place || wait.high ? element("p", { class: "quiet" }, texts.packet.toldWait(wait)) : null,
  );
}

/**
 * At a glance: why a human, how severe, in what mood, and what the customer wants.
 *
 * @param {Card | null} card
 * @param {Complaint} complaint
 * @param {Workspace} workspace
 */
export function glanceSection(card, complaint, { texts }) {
  const { severity, category, desired } = complaint;
  const emotion = card?.emotion ?? complaint.emotion;
  const also = (complaint.also ?? []).filter((slug) => slug !== category);
  return element(
    "section",
    { class: "part" },
    element(
      "p",
      { class: "chips" },
      card
        ? chip(texts.reason(card.reason), card.priority === 1 ? "bad" : "accent", { meaning: texts.packet.reason })
        : null,
      severity ? chip(texts.severity(severity), SEVERITY_TONES[severity]) : null,
      emotion
        ? chip(texts.emotion(emotion), EMOTION_TONES[emotion] ?? "warn", { meaning: texts.packet.emotion })
        : null,
      complaint.is_told ? chip(texts.category(category)) : null,
      ...also.map((slug) => chip(texts.category(slug))),
      chip(texts.language(complaint.language)),
    ),
    desired
      ? element(
          "p",
          { class: "wants" },
          element("span", { class: "quiet" }, `${texts.packet.wants} `),
          element("strong", {}, texts.kind(desired)),
        )
      : null,
  );
}

/**
 * @param {Order[]} orders
 * @param {Workspace} workspace
 */
export function orderSection(orders, workspace) {
  const texts = workspace.texts.packet;
  if (!orders.length) return section(texts.order, element("p", { class: "quiet" }, texts.noOrder));
  const these = orders.filter(({ is_this: isThis }) => isThis);
  const others = orders.filter(({ is_this: isThis }) => !isThis);
  return section(
    these.length ? texts.order : texts.orders,
    ...these.map((order) => orderItem(order, workspace)),
    others.length
      ? element(
          "details",
          { open: !these.length },
          element("summary", {}, texts.otherOrders(others.length)),
          ...others.map((order) => orderItem(order, workspace)),
        )
      : null,
  );
}

/**
 * @param {Order} order
 * @param {Workspace} workspace
 */
function orderItem(order, { texts, format }) {
  const { promised_at: promisedAt, delivered_at: deliveredAt } = order;
  const arrival = deliveredAt ? Date.parse(deliveredAt) : format.now();
  const isLate = promisedAt !== null && arrival > Date.parse(promisedAt);
  return element(
    "div",
    { class: "order" },
    element(
      "p",
      { class: "line" },
      element("strong", {}, order.number),
      chip(texts.orderStatus(order.status)),
      isLate ? chip(deliveredAt ? texts.packet.cameLate : texts.packet.isLate, "bad") : null,
      element("span", { class: "worth" }, order.total.text),
    ),
    element("p", {}, order.items.join(" · ")),
    element(
      "dl",
      { class: "dates" },
      order.placed_at ? pair(texts.packet.placed, format.day(order.placed_at)) : null,
      promisedAt ? pair(texts.packet.promised, format.day(promisedAt)) : null,
      deliveredAt ? pair(texts.packet.delivered, format.day(deliveredAt)) : null,
    ),
  );
}

/**
 * @param {string} term
 * @param {...Child} value
 */
const pair = (term, ...value) => element("div", {}, element("dt", {}, term), element("dd", {}, ...value));

/**
 * @param {Fact[]} facts
 * @param {Workspace} workspace
 */
export function factSection(facts, { texts, format }) {
  if (!facts.length) return null;
  const pairs = facts.map(({ name, value, source, at }) => {
    const attributes = { class: "source", title: at ? format.moment(at) : null };
    return pair(
      texts.fact(name),
      element("span", {}, value),
      element("span", attributes, texts.source(source)),
    );
  });
  return section(texts.packet.facts, element("dl", { class: "facts" }, ...pairs));
}

/**
 * @param {Photo[]} photos
 * @param {Workspace} workspace
 */
export function photoSection(photos, workspace) {
  if (!photos.length) return null;
  const buttons = photos.map((photo) => workspace.photos.button(photo, 6));
  return section(workspace.texts.packet.photos, element("div", { class: "photos" }, ...buttons));
}

/**
 * @param {Packet["customer"]} customer
 * @param {Workspace} workspace
 */
export function contactSection(customer, { texts }) {
  if (!customer) return section(texts.packet.contact, element("p", { class: "quiet" }, texts.packet.notProven));
  const { name, email, phone, proven_by: provenBy } = customer;
  return section(
    texts.packet.contact,
    element(
      "dl",
      { class: "facts" },
      name ? pair(texts.fact("name"), name) : null,
      email ? pair(texts.fact("email"), email) : null,
      phone ? pair(texts.fact("phone"), phone) : null,
    ),
    element("p", { class: "proof" }, icon(provenBy ? "shield" : "warning"), texts.proof(provenBy)),
  );
}

/**
 * @param {Packet["earlier"]} cases
 * @param {Workspace} workspace
 */
export function earlierSection(cases, { texts, format }) {
  if (!cases.length) return null;
  const items = cases.map(({ reference, category, opened_at: openedAt, state, given }) => {
    const details = [format.day(openedAt), texts.caseState(state), given];
    return element(
      "li",
      {},
      caseAnchor(reference),
      element("span", {}, texts.category(category)),
      element("span", { class: "quiet" }, details.filter(Boolean).join(" · ")),
    );
  });
  return section(texts.packet.earlier, element("ul", { role: "list", class: "earlier" }, ...items));
}

/**
 * Why an agent should look at the case before anything is given, with the cases that the signal comes from.
 *
 * @param {Packet["signals"]} signals
 * @param {Workspace} workspace
 */
export function signalSection(signals, { texts }) {
  if (!signals.length) return null;
  const items = signals.map(({ text, references }) => {
    return element("li", {}, text, ...references.flatMap((reference) => [" ", caseAnchor(reference)]));
  });
  return section(
    texts.packet.signals,
    element("ul", { role: "list", class: "signals" }, ...items),
    element("p", { class: "quiet" }, texts.packet.signalsNote),
  );
}
