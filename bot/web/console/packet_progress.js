// @ts-check
/** The sections of the packet with what was done and is still to do: stakes, approvals, offers, promises. */

import { element } from "../shared/dom.js";
import { approvalItem } from "./approvals.js";
import { button, chip, ticking } from "./controls.js";
import { decisionDetails } from "./packet_decision.js";
import { section } from "./packet_facts.js";

/** @import { Approval, Decision, Money, Offer, OfferedAlternative, Packet, Promised } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { Tone } from "./controls.js" */
/** @import { ConsoleTexts } from "./texts.js" */
/** @import { Workspace } from "./workspace.js" */

/** @type {Record<string, Tone>} */
const OFFER_TONES = { open: "accent", accepted: "good", declined: "", void: "" };
/** @type {Record<string, Tone>} */
const ALTERNATIVE_TONES = { accepted: "good", issued: "good", failed: "bad" };
/** @type {Record<string, Tone>} */
const PROMISE_TONES = { kept: "good", broken: "bad", void: "" };

/**
 * What losing this customer costs, what the remedy costs, and what the agent may give.
 *
 * @param {Packet} packet
 * @param {Workspace} workspace
 */
export function stakeSection({ value_at_risk: risk, remedy_cost: cost, authority, tier }, { texts }) {
  /**
   * @param {string} term
   * @param {Money} money
   * @param {string} caption
   */
  const tile = (term, money, caption) =>
    element(
      "div",
      {},
      element("dt", {}, term),
      element("dd", {}, money.text, element("span", { class: "quiet" }, caption)),
    );
  const year = tier && tier !== "standard" ? `${texts.stakes.year}, ${tier}` : texts.stakes.year;
  const tiles = [
    risk && tile(texts.stakes.risk, risk, year),
    cost && tile(texts.stakes.cost, cost, texts.stakes.ofRemedy),
    authority && tile(texts.stakes.left, authority.left, texts.stakes.perCase(authority.per_case.text)),
  ].filter(Boolean);
  return tiles.length ? element("section", { class: "part" }, element("dl", { class: "stakes" }, ...tiles)) : null;
}

/**
 * @param {Approval[]} approvals
 * @param {Workspace} workspace
 */
export function approvalSection(approvals, workspace) {
  if (!approvals.length) return null;
  const items = approvals.map((approval) => approvalItem(approval, workspace));
  return section(workspace.texts.packet.approvals, element("ul", { role: "list", class: "approvals" }, ...items));
}

/**
 * @param {Offer[]} offers
 * @param {Decision | null} toHuman the decision by which the policy left the case to a human
 * @param {Workspace} workspace
 */
export function offerSection(offers, toHuman, workspace) {
  const { texts } = workspace;
  return section(
    texts.packet.offers,
    offers.length ? null : element("p", { class: "quiet" }, texts.packet.noOffers),
    toHuman ? decisionDetails(toHuman, texts) : null,
    ...offers.map((offer) => offerItem(offer, workspace)),
  );
}

/**
 * @param {Offer} offer
 * @param {Workspace} workspace
 */
function offerItem(offer, { texts, format }) {
  const by = offer.by === "bot" ? texts.author("bot") : offer.by;
  return element(
    "div",
    { class: "offer" },
    element(
      "p",
      { class: "line quiet" },
      element("span", {}, `${by} · ${format.moment(offer.at)}`),
      chip(texts.offerState(offer.state), OFFER_TONES[offer.state]),
    ),
    element("ul", { role: "list" }, ...offer.alternatives.map((alternative) => alternativeItem(alternative, texts))),
    offer.why ? decisionDetails(offer.why, texts) : agentReasons(offer, texts),
  );
}

/**
 * @param {OfferedAlternative} alternative
 * @param {ConsoleTexts} texts
 */
function alternativeItem({ title, kind, amount, state, code }, texts) {
  const isInTitle = amount !== null && (title ?? "").includes(amount.text);
  return element(
    "li",
    { class: `alternative ${state}` },
    element(
      "span",
      {},
      element("strong", {}, title || texts.kind(kind)),
      amount && !isInTitle ? ` ${amount.text}` : null,
    ),
    code ? element("code", {}, code) : null,
    chip(texts.alternativeState(state), ALTERNATIVE_TONES[state]),
  );
}

/**
 * The reasons that the agent who made the offer gave, if any.
 *
 * @param {Offer} offer
 * @param {ConsoleTexts} texts
 */
function agentReasons({ rule, reasons, policy_version: version }, texts) {
  if (!reasons?.length) return null;
  return element(
    "details",
    {},
    element("summary", {}, texts.packet.why),
    ...reasons.map((reason) => element("p", { class: "quiet" }, reason)),
    element("p", { class: "quiet" }, texts.packet.rule(rule, version)),
  );
}

/**
 * @param {Promised[]} promises
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function promiseSection(promises, workspace, view) {
  if (!promises.length) return null;
  const items = promises.map((promise) => promiseItem(promise, workspace, view));
  return section(workspace.texts.packet.promises, element("ul", { role: "list", class: "promises" }, ...items));
}

/**
 * @param {Promised} promise
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
function promiseItem({ id, what, words, state, due_at: dueAt, by }, { texts, format }, view) {
  const isOpen = state === "open";
  const isLate = isOpen && Date.parse(dueAt) < format.now();
  const mayKeep = isOpen && what !== "answer" && view.can("promise");
  const author = by === "bot" ? texts.author("bot") : by;
  const keep = () => view.act(`api/promises/${encodeURIComponent(id)}/kept`, {}, texts.kept);
  return element(
    "li",
    {},
    element("p", {}, words || texts.promised(what)),
    element(
      "p",
      { class: "line" },
      isOpen
        ? element("span", { class: `chip ${isLate ? "bad" : "accent"}` }, ticking("until", dueAt, format))
        : chip(texts.promiseState(state), PROMISE_TONES[state]),
      element("span", { class: "quiet" }, [format.moment(dueAt), author].filter(Boolean).join(" · ")),
      mayKeep ? button({ text: texts.keep, icon: "check", kind: "small plain" }, keep) : null,
    ),
  );
}
