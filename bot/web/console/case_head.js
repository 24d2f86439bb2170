// @ts-check
/** The head of a case: who it is, its state, and what the agent may do. */

import { element } from "../shared/dom.js";
import { abandon, release, resolve, returnToBot, takeOver } from "./case_actions.js";
import { isLate, subject } from "./case_card.js";
import { setChildren } from "./children.js";
import { button, chip, ticking } from "./controls.js";
import { buildMenu } from "./menu.js";
import { askPromise } from "./promise_dialog.js";
import { askRemedy } from "./remedy_dialog.js";
import { askTransfer } from "./transfer_dialog.js";

/** @import { Card, CaseData, Complaint, Permission } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { MenuItem } from "./menu.js" */
/** @import { Workspace } from "./workspace.js" */

export class CaseHead {
  #workspace;
  #view;
  #name = element("h2", { tabindex: "-1" });
  #facts = element("p", { class: "facts" });
  #state = element("p", { class: "state" });
  #actions;
  #shown = ""; // what the state and the actions were built from, as JSON

  /**
   * @param {Workspace} workspace
   * @param {CaseView} view
   */
  constructor(workspace, view) {
    const { texts } = workspace;
    this.#workspace = workspace;
    this.#view = view;
    this.#actions = element("div", { class: "actions", role: "toolbar", "aria-label": texts.actions.name });
    this.element = element(
      "div",
      { class: "case-head" },
      element(
        "div",
        { class: "title-row" },
        element("a", { class: "button bare back", href: "#/", "aria-label": texts.back }, "‹"),
        element("div", {}, this.#name, this.#facts),
        button({ text: texts.packet.name, icon: "packet", key: "p", kind: "plain drawer-button" }, () =>
          view.openPacket("packet"),
        ),
      ),
      this.#state,
      this.#actions,
    );
    this.foot = element("div", { class: "case-foot", hidden: true });
  }

  /**
   * Show what the board knows, until the whole case is here.
   *
   * @param {Card | undefined} card
   */
  showLoading(card) {
    const { texts } = this.#workspace;
    this.#name.textContent = card ? texts.nameOf(card) : this.#view.reference;
    this.#facts.textContent = texts.loading;
  }

  /** @param {string} sentence */
  showRefusal(sentence) {
    this.#facts.textContent = sentence;
  }

  /** @param {CaseData} data */
  show(data) {
    const { texts } = this.#workspace;
    const { card, case: complaint, packet } = data;
    this.#name.textContent = packet.customer?.name ?? texts.nameOf(complaint);
    this.#facts.replaceChildren(
      element("span", { class: "reference" }, complaint.reference),
      element("span", {}, subject(complaint, texts)),
      element("span", {}, texts.channel(complaint.channel)),
      ...this.#reachability(complaint),
    );
    // Built again only when something changed: a button that is being pressed must stay.
    const shown = JSON.stringify([card, complaint.state, data.can]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#state.replaceChildren(...this.#stateOf(card, complaint));
    setChildren(this.#actions, this.#permittedActions(data.can, card));
    this.#actions.hidden = !this.#actions.children.length;
    this.#showFoot(card, data.can);
  }

  /**
   * Until when the customer's channel lets us write, or that it does not.
   *
   * @param {Complaint} complaint
   */
  #reachability({ unreachable_at: unreachableAt, writable_until: writableUntil }) {
    const { texts, format } = this.#workspace;
    if (unreachableAt) return [chip(texts.unreachable, "bad")];
    if (!writableUntil) return [];
    if (Date.parse(writableUntil) <= format.now()) return [chip(texts.onlyTemplate, "warn")];
    return [element("span", {}, texts.writableUntil(format.moment(writableUntil)))];
  }

  /**
   * @param {Card | null} card
   * @param {Complaint} complaint
   */
  #stateOf(card, complaint) {
    const { texts, format, me } = this.#workspace;
    if (!card) {
      return [chip(texts.caseState(complaint.state), complaint.state === "open" ? "" : "good"), texts.withBot];
    }
    const parts = [];
    if (card.state === "waiting") {
      parts.push(element("span", { class: "chip accent" }, ticking("waiting", card.waiting_since, format)));
    } else if (card.agent?.id === me.agent.id) {
      parts.push(chip(texts.withMe, "good", { icon: "check" }));
    } else {
      parts.push(chip(texts.withAgent(card.agent?.name ?? "…")));
    }
    if (card.due_at) {
      const tone = isLate(card, format) ? "bad" : card.breaks_soon ? "warn" : "";
      const due = element("span", { class: `chip ${tone}` }, ticking("until", card.due_at, format));
      parts.push(due, element("span", { class: "quiet" }, texts.answerBefore(format.moment(card.due_at))));
    }
    return parts;
  }

  /**
   * @param {Permission[]} can
   * @param {Card | null} card
   */
  #permittedActions(can, card) {
    if (!card) return [];
    const workspace = this.#workspace;
    const view = this.#view;
    const texts = workspace.texts.actions;
    /** @type {[Permission, MenuItem][]} */
    const all = [
      ["transfer", { text: texts.transfer, icon: "swap", act: () => askTransfer(workspace, view, card) }],
      ["release", { text: texts.release, icon: "queue", act: () => release(workspace, view, card) }],
      ["abandon", { text: texts.abandon, icon: "stop", act: () => abandon(workspace, view) }],
    ];
    const rare = all.filter(([permission]) => can.includes(permission)).map(([, item]) => item);
    /** @type {[Permission[], () => HTMLElement][]} */
    const actions = [
      [["give", "ask"], () => button({ text: texts.remedy, icon: "gift" }, () => askRemedy(workspace, view))],
      [["promise"], () => button({ text: texts.promise, icon: "calendar" }, () => askPromise(workspace, view))],
      [["take_over"], () => button({ text: texts.takeOver, icon: "shield" }, () => takeOver(workspace, view, card))],
      [
        ["transfer", "release", "abandon"],
        () => {
          const [{ text, icon, act }] = rare;
          return rare.length > 1 ? buildMenu(texts.more, rare) : button({ text, icon }, act);
        },
      ],
      [["return"], () => button({ text: texts.return, icon: "bot", kind: "plain end" }, () => returnToBot(workspace, view))],
      [["resolve"], () => button({ text: texts.resolve, icon: "check", kind: "primary" }, () => resolve(workspace, view))],
    ];
    return actions
      .filter(([permissions]) => permissions.some((permission) => can.includes(permission)))
      .map(([, build]) => build());
  }

  /**
   * Show what can be done with a case that the agent may not answer: claim it, or leave a note.
   *
   * @param {Card | null} card
   * @param {Permission[]} can
   */
  #showFoot(card, can) {
    const { texts } = this.#workspace;
    const mayClaim = card !== null && can.includes("claim");
    const mayNote = can.includes("note");
    this.foot.hidden = can.includes("say") || !(mayClaim || mayNote);
    if (this.foot.hidden) return;
    /** @type {HTMLElement[]} */
    const parts = [element("p", {}, mayClaim ? texts.claimLead : texts.othersLead)];
    if (mayNote) {
      parts.push(button({ text: texts.writeNote, icon: "note", key: "n" }, () => this.#view.write("note")));
    }
    if (mayClaim) {
      parts.push(
        button({ text: texts.claimHere, kind: "primary", key: "a" }, () => this.#workspace.claim(card)),
      );
    }
    setChildren(this.foot, parts);
  }
}
