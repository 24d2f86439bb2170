/** The parts of the packet that were done or are to be done: stakes, offers, promises, what was asked for. */

import { element } from "../shared/dom.js";
import { approvalItem } from "./approvals.js";
import { button, chip, ticking } from "./controls.js";
import { section } from "./packet_facts.js";
import { whyOffer } from "./packet_decision.js";

/** What losing this customer costs, beside what putting it right costs, beside what I may give. */
export function stakes({ value_at_risk: risk, remedy_cost: cost, authority, tier }, { texts }) {
  const tile = (word, money, note) =>
    money
      ? element("div", {}, element("dt", {}, word), element("dd", {}, money.text, note ? element("span", { class: "quiet" }, note) : null))
      : null;
  const tiles = [
    tile(texts.stakes.risk, risk, tier && tier !== "standard" ? `${texts.stakes.year}, ${tier}` : texts.stakes.year),
    tile(texts.stakes.cost, cost, texts.stakes.ofRemedy),
    authority ? tile(texts.stakes.left, authority.left, texts.stakes.perCase(authority.per_case.text)) : null,
  ].filter(Boolean);
  return tiles.length ? element("section", { class: "part" }, element("dl", { class: "stakes" }, ...tiles)) : null;
}

export function approvals(list, desk) {
  if (!list?.length) return null;
  const items = list.map((one) => approvalItem(one, desk));
  return section(desk.texts.packet.approvals, element("ul", { role: "list", class: "approvals" }, ...items));
}

const OFFER_TONE = { open: "accent", accepted: "good", declined: "", void: "" };

/** `person` is why the policy left it to a person at last, if it did. */
export function offers(list, person, { texts, format }) {
  const toPerson = person ? [whyOffer(person, texts)] : [];
  if (!list.length) return section(texts.packet.offers, element("p", { class: "quiet" }, texts.packet.noOffers), ...toPerson);
  return section(
    texts.packet.offers,
    ...toPerson,
    ...list.map((offer) =>
      element(
        "div",
        { class: "offer" },
        element(
          "p",
          { class: "line quiet" },
          element("span", {}, `${offer.by === "bot" ? texts.author("bot") : offer.by} · ${format.moment(offer.at)}`),
          chip(texts.offerState(offer.state), OFFER_TONE[offer.state] ?? ""),
        ),
        element("ul", { role: "list" }, ...offer.alternatives.map((one) => alternative(one, texts))),
        offer.why ? whyOffer(offer.why, texts) : offer.reasons?.length ? told(offer, texts) : null,
      ),
    ),
  );
}

function alternative({ title, kind, amount, state, code }, texts) {
  const isSaid = !amount || (title ?? "").includes(amount.text);
  return element(
    "li",
    { class: `alternative ${state}` },
    element("span", {}, element("strong", {}, title || texts.kind(kind)), isSaid ? null : ` ${amount.text}`),
    code ? element("code", {}, code) : null,
    chip(texts.alternativeState(state), ["accepted", "issued"].includes(state) ? "good" : state === "failed" ? "bad" : ""),
  );
}

/** An offer of a person: whoever made it says why. */
function told({ rule, reasons, policy_version: version }, texts) {
  return element(
    "details",
    {},
    element("summary", {}, texts.packet.why),
    ...reasons.map((reason) => element("p", { class: "quiet" }, reason)),
    element("p", { class: "quiet" }, texts.packet.rule(rule, version)),
  );
}

const PROMISE_TONE = { kept: "good", broken: "bad", void: "" };

export function promises(list, desk, view) {
  if (!list.length) return null;
  const { texts } = desk;
  return section(
    texts.packet.promises,
    element("ul", { role: "list", class: "promises" }, ...list.map((one) => promise(one, desk, view))),
  );
}

function promise(one, { texts, format }, view) {
  const isOpen = one.state === "open";
  const late = isOpen && new Date(one.due_at) < format.now();
  const mayKeep = isOpen && one.what !== "answer" && view.can("promise");
  const by = one.by === "bot" ? texts.author("bot") : one.by;
  return element(
    "li",
    {},
    element("p", {}, one.words || texts.promised(one.what)),
    element(
      "p",
      { class: "line" },
      isOpen
        ? element("span", { class: `chip ${late ? "bad" : "accent"}` }, ticking("until", one.due_at, format))
        : chip(texts.promiseState(one.state), PROMISE_TONE[one.state] ?? ""),
      element("span", { class: "quiet" }, [format.moment(one.due_at), by].filter(Boolean).join(" · ")),
      mayKeep
        ? button({ text: texts.keep, drawing: "check", kind: "small plain" }, () =>
            view.act(`api/promises/${encodeURIComponent(one.id)}/kept`, {}, texts.kept),
          )
        : null,
    ),
  );
}
