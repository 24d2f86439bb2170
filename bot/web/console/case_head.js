/** The head of a case: who it is, how it stands, and what may be done. */

import { element } from "../shared/dom.js";
import { button, chip, place, ticking } from "./controls.js";
import { isLate } from "./case_card.js";
import { buildMenu } from "./menu.js";
import { abandon, release, resolve, returnToBot, takeOver } from "./case_actions.js";
import { askPromise } from "./promise_dialog.js";
import { askRemedy } from "./remedy_dialog.js";
import { askTransfer } from "./transfer_dialog.js";

export class CaseHead {
  #desk;
  #view;
  #name = element("h2", { tabindex: "-1" });
  #facts = element("p", { class: "facts" });
  #state = element("p", { class: "state" });
  #actions;
  #print = "";

  constructor(desk, view) {
    const { texts } = desk;
    this.#desk = desk;
    this.#view = view;
    this.#actions = element("div", { class: "actions", role: "toolbar", "aria-label": texts.actions.name });
    this.element = element(
      "div",
      { class: "case-head" },
      element(
        "div",
        { class: "who" },
        element("a", { class: "button bare back", href: "#/", "aria-label": texts.back }, "‹"),
        element("div", {}, this.#name, this.#facts),
        button({ text: texts.packet.name, drawing: "packet", key: "p", kind: "plain drawer-button" }, () => view.aside("packet")),
      ),
      this.#state,
      this.#actions,
    );
    this.foot = element("div", { class: "case-foot", hidden: true });
  }

  /** What the board knows already, until the whole case is here. */
  expect(card) {
    const { texts } = this.#desk;
    this.#name.textContent = card ? texts.nameOf(card) : this.#view.reference;
    this.#facts.textContent = texts.loading;
  }

  refuse(sentence) {
    this.#facts.textContent = sentence;
  }

  show(data) {
    const { texts } = this.#desk;
    const { card, case: told, packet } = data;
    this.#name.textContent = packet.customer?.name ?? told.customer ?? texts.unknownCustomer;
    this.#facts.replaceChildren(
      element("span", { class: "reference" }, told.reference),
      element("span", {}, told.is_told ? texts.category(told.category) : texts.notTold),
      element("span", {}, texts.channel(told.channel)),
      ...this.#reach(told),
    );
    // Built anew only when something changed: a button that is being pressed must stay.
    const print = JSON.stringify([card, told.state, data.can]);
    if (print === this.#print) return;
    this.#print = print;
    this.#state.replaceChildren(...this.#standing(card, told));
    place(this.#actions, this.#allowed(data.can, card));
    this.#actions.hidden = !this.#actions.children.length;
    this.#showFoot(card, data.can);
  }

  /** Until when the customer's channel lets us write, or that it does not. */
  #reach({ unreachable_at, writable_until }) {
    const { texts, format } = this.#desk;
    if (unreachable_at) return [chip(texts.unreachable, "bad")];
    if (!writable_until) return [];
    if (new Date(writable_until) <= format.now()) return [chip(texts.onlyTemplate, "warn")];
    return [element("span", {}, texts.writableUntil(format.moment(writable_until)))];
  }

  #standing(card, told) {
    const { texts, format, me } = this.#desk;
    if (!card) return [chip(texts.caseState(told.state), told.state === "open" ? "" : "good"), texts.withBot];
    const parts = [];
    if (card.state === "waiting") {
      parts.push(element("span", { class: "chip accent" }, ticking("waiting", card.waiting_since, format)));
    } else if (card.agent?.id === me.agent.id) {
      parts.push(chip(texts.withMe, "good", "check"));
    } else {
      parts.push(chip(texts.withAgent(card.agent?.name ?? "…"), ""));
    }
    if (card.due_at) {
      const tone = isLate(card, format) ? "bad" : card.breaks_soon ? "warn" : "";
      const due = element("span", { class: `chip ${tone}` }, ticking("until", card.due_at, format));
      parts.push(due, element("span", { class: "quiet" }, texts.answerBefore(format.moment(card.due_at))));
    }
    return parts;
  }

  #allowed(can, card) {
    const { texts } = this.#desk;
    const [desk, view] = [this.#desk, this.#view];
    const actions = texts.actions;
    const seldom = [
      ["transfer", { text: actions.transfer, drawing: "swap" }, () => askTransfer(desk, view)],
      ["release", { text: actions.release, drawing: "queue" }, () => release(desk, view)],
      ["abandon", { text: actions.abandon, drawing: "stop" }, () => abandon(desk, view)],
    ].filter(([what]) => can.includes(what));
    const all = [
      [["give", "ask"], () => button({ text: actions.remedy, drawing: "gift" }, () => askRemedy(desk, view))],
      [["promise"], () => button({ text: actions.promise, drawing: "calendar" }, () => askPromise(desk, view))],
      [["take_over"], () => button({ text: actions.takeOver, drawing: "shield" }, () => takeOver(desk, view, card))],
      [["transfer", "release", "abandon"], () => (seldom.length > 1 ? buildMenu(actions.more, seldom) : button(seldom[0][1], seldom[0][2]))],
      [["return"], () => button({ text: actions.return, drawing: "bot", kind: "plain end" }, () => returnToBot(desk, view))],
      [["resolve"], () => button({ text: actions.resolve, drawing: "check", kind: "primary" }, () => resolve(desk, view))],
    ];
    return all.filter(([needs]) => needs.some((what) => can.includes(what))).map(([, make]) => make());
  }

  /** Where there is nothing to answer yet: to take the case, or to leave a note. */
  #showFoot(card, can) {
    const { texts } = this.#desk;
    this.foot.hidden = can.includes("say") || !(can.includes("claim") || can.includes("note"));
    if (this.foot.hidden) return;
    place(
      this.foot,
      [
        element("p", {}, can.includes("claim") ? texts.claimLead : texts.othersLead),
        can.includes("note") ? button({ text: texts.writeNote, drawing: "note", key: "n" }, () => this.#view.write("note")) : null,
        can.includes("claim")
          ? button({ text: texts.claimHere, kind: "primary", key: "a" }, () => this.#desk.claim(card))
          : null,
      ].filter(Boolean),
    );
  }
}
