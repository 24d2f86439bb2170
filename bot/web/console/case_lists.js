/** The column of lists: my cases, what waits for a decision, who waits for a person, others' cases. */

import { element } from "../shared/dom.js";
import { approvalItem } from "./approvals.js";
import { keyed } from "./controls.js";
import { makeCard } from "./case_card.js";

export class Lists {
  #desk;
  #sections = [];

  constructor(desk) {
    this.#desk = desk;
    const { texts, me, board } = desk;
    const supervises = me.agent.role === "supervisor";
    const cards = (kind) => (card) => makeCard(card, kind, desk);
    this.#add("mine", texts.lists.mine, texts.lists.noMine, () => board.mine, cards("mine"));
    const addApprovals = (title) =>
      this.#add("approvals", title, null, () => board.approvals, (one) => approvalItem(one, desk), (one) => one.id);
    // Who decides does so first; who asked only looks how it went.
    if (supervises) addApprovals(texts.lists.approvals);
    this.#add("queue", texts.lists.queue, texts.lists.noQueue, () => board.queue, cards("queue"));
    if (supervises) this.#add("others", texts.lists.others, null, () => board.others, cards("others"));
    else addApprovals(texts.lists.myApprovals);
    this.element = element(
      "section",
      { class: "lists", "aria-label": texts.lists.all },
      ...this.#sections.map(({ node }) => node),
    );
    board.addEventListener("change", () => this.#show());
    addEventListener("hashchange", () => this.#markOpen());
  }

  /** The places that j and k walk through, from top to bottom. */
  get stops() {
    return [...this.element.querySelectorAll(".card > a")];
  }

  /** The first of a list, or of all. */
  focus(name = null) {
    const list = name ? this.element.querySelector(`ul[data-list="${name}"]`) : this.element;
    (list?.querySelector(".card > a") ?? this.stops[0])?.focus();
  }

  #add(name, title, empty, items, make, keyOf = (card) => card.handoff) {
    const count = element("span", { class: "count" });
    const list = element("ul", { role: "list", "aria-label": title, "data-list": name });
    const nobody = empty ? element("p", { class: "quiet empty" }, empty) : null;
    const node = element("section", { class: "list" }, element("h2", {}, title, " ", count), list, nobody);
    this.#sections.push({ node, list, count, nobody, items, make, keyOf });
  }

  #show() {
    for (const { node, list, count, nobody, items, make, keyOf } of this.#sections) {
      const shown = items();
      keyed(list, shown, keyOf, make);
      count.textContent = shown.length || "";
      if (nobody) nobody.hidden = shown.length > 0;
      else node.hidden = shown.length === 0;
    }
    this.#markOpen();
  }

  /** The open case is marked, and seen, wherever it moved. */
  #markOpen() {
    for (const link of this.stops) {
      if (link.hash !== location.hash) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        link.parentElement.scrollIntoView({ block: "nearest" });
      }
    }
  }
}
