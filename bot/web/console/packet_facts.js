/** The parts of the packet that tell: what happened, to whom, with which order, and how we know. */

import { element } from "../shared/dom.js";
import { chip } from "./controls.js";
import { icon } from "../shared/icons.js";

export function section(title, ...content) {
  return element("section", { class: "part" }, element("h3", {}, title), ...content);
}

export function summary(packet, { texts }) {
  const { told_wait: wait } = packet;
  const corrections = packet.corrections.filter((words) => !packet.summary.includes(words)); // once is enough
  return element(
    "section",
    { class: "part first" },
    element("h3", {}, texts.packet.summary),
    element("p", { class: "summary" }, packet.summary),
    packet.confirmed === "yes" ? element("p", { class: "confirmed" }, icon("check"), texts.packet.confirmed) : null,
    corrections.length
      ? element(
          "div",
          { class: "corrections" },
          element("p", {}, texts.packet.corrected),
          ...corrections.map((words) => element("blockquote", {}, words)),
        )
      : null,
    wait && (wait.place || wait.high) ? element("p", { class: "quiet" }, texts.packet.toldWait(wait)) : null,
  );
}

/** At a glance: why a person, how grave, in what mood, and what they want. */
export function kind(card, told, { texts }) {
  const grave = { high: "bad", medium: "warn", low: "" };
  const mood = { calm: "", upset: "warn", angry: "bad", desperate: "bad" };
  const emotion = card?.emotion ?? told.emotion;
  const also = (told.also ?? []).filter((slug) => slug !== told.category).map((slug) => chip(texts.category(slug)));
  return element(
    "section",
    { class: "part" },
    element(
      "p",
      { class: "chips" },
      card ? chip(texts.reason(card.reason), card.priority === 1 ? "bad" : "accent", null, texts.packet.reason) : null,
      told.severity ? chip(texts.severity(told.severity), grave[told.severity] ?? "") : null,
      emotion ? chip(texts.emotion(emotion), mood[emotion] ?? "warn", null, texts.packet.emotion) : null,
      told.is_told ? chip(texts.category(told.category)) : null,
      ...also,
      chip(texts.language(told.language)),
    ),
    told.desired
      ? element(
          "p",
          { class: "wants" },
          element("span", { class: "quiet" }, `${texts.packet.wants} `),
          element("strong", {}, texts.kind(told.desired)),
        )
      : null,
  );
}

export function orders(list, { texts, format }) {
  if (!list.length) return section(texts.packet.order, element("p", { class: "quiet" }, texts.packet.noOrder));
  const [these, others] = [list.filter((one) => one.is_this), list.filter((one) => !one.is_this)];
  return section(
    these.length ? texts.packet.order : texts.packet.orders,
    ...these.map((one) => order(one, texts, format)),
    others.length
      ? element(
          "details",
          { open: !these.length },
          element("summary", {}, texts.packet.otherOrders(others.length)),
          ...others.map((one) => order(one, texts, format)),
        )
      : null,
  );
}

function order(one, texts, format) {
  const dates = [
    [texts.packet.placed, one.placed_at],
    [texts.packet.promised, one.promised_at],
    [texts.packet.delivered, one.delivered_at],
  ].filter(([, at]) => at);
  const late = one.promised_at && new Date(one.delivered_at ?? format.now()) > new Date(one.promised_at);
  return element(
    "div",
    { class: `order ${one.is_this ? "this" : ""}` },
    element(
      "p",
      { class: "line" },
      element("strong", {}, one.number),
      chip(texts.orderStatus(one.status)),
      late ? chip(one.delivered_at ? texts.packet.cameLate : texts.packet.isLate, "bad") : null,
      element("span", { class: "worth" }, one.total.text),
    ),
    element("p", {}, one.items.join(" · ")),
    element("dl", { class: "dates" }, ...dates.map(([word, at]) => pair(word, format.day(at)))),
  );
}

const pair = (term, ...value) => element("div", {}, element("dt", {}, term), element("dd", {}, ...value));

export function facts(list, { texts, format }) {
  if (!list.length) return null;
  return section(
    texts.packet.facts,
    element(
      "dl",
      { class: "facts" },
      ...list.map(({ name, value, source, at }) => {
        const said = element("span", { class: "source", title: at ? format.moment(at) : null }, texts.source(source));
        return pair(texts.fact(name), element("span", {}, value), said);
      }),
    ),
  );
}

export function photos(list, desk) {
  if (!list.length) return null;
  const { texts } = desk;
  return section(texts.packet.photos, element("div", { class: "photos" }, ...list.map((one) => desk.photos.show(one, 6))));
}

export function contact(customer, { texts }) {
  if (!customer) return section(texts.packet.contact, element("p", { class: "quiet" }, texts.packet.notProven));
  const rows = [
    [texts.fact("name"), customer.name],
    [texts.fact("email"), customer.email],
    [texts.fact("phone"), customer.phone],
  ].filter(([, value]) => value);
  return section(
    texts.packet.contact,
    element("dl", { class: "facts" }, ...rows.map(([word, value]) => pair(word, value))),
    element("p", { class: "proof" }, icon(customer.proven_by ? "shield" : "warn"), texts.proof(customer.proven_by)),
  );
}

export function earlier(list, { texts, format }) {
  if (!list.length) return null;
  return section(
    texts.packet.earlier,
    element(
      "ul",
      { role: "list", class: "earlier" },
      ...list.map((one) =>
        element(
          "li",
          {},
          element("a", { href: `#/case/${encodeURIComponent(one.reference)}` }, one.reference),
          element("span", {}, texts.category(one.category)),
          element(
            "span",
            { class: "quiet" },
            [format.day(one.opened_at), texts.caseState(one.state), one.given].filter(Boolean).join(" · "),
          ),
        ),
      ),
    ),
  );
}

/** Why somebody should look at the case before anything is given, with the cases that it comes from. */
export function signals(list, { texts }) {
  if (!list.length) return null;
  const linked = (reference) => element("a", { href: `#/case/${encodeURIComponent(reference)}` }, reference);
  return section(
    texts.packet.signals,
    element(
      "ul",
      { role: "list", class: "signals" },
      ...list.map((one) => element("li", {}, one.text, ...one.references.flatMap((reference) => [" ", linked(reference)]))),
    ),
    element("p", { class: "quiet" }, texts.packet.signalsNote),
  );
}
