// @ts-check
/** The column of lists: my cases, open approvals, the queue, and for supervisors others' cases. */

import { element } from "../shared/dom.js";
import { approvalItem } from "./approvals.js";
import { buildCard } from "./case_card.js";
import { renderList } from "./children.js";

/** @import { Approval, Card } from "../shared/types.js" */
/** @import { CardList } from "./case_card.js" */
/** @import { Workspace } from "./workspace.js" */

/**
 * One list: where its items come from, and how one is drawn.
 *
 * @template Item
 * @typedef {{
 *   name: string,
 *   title: string,
 *   empty: string | null,
 *   items: () => Item[],
 *   keyOf: (item: Item) => number,
 *   build: (item: Item) => HTMLElement,
 * }} ListSource `empty` is shown instead of items; a list without it is hidden when it has none
 */

export class CaseLists {
  #workspace;
  /** @type {(() => void)[]} */
  #updates = [];
  #sections;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
    const { board, supervises } = workspace;
    const texts = workspace.texts.lists;
    const approvals = this.#approvals(supervises ? texts.approvals : texts.myApprovals);
    const mine = this.#cards("mine", texts.mine, texts.noMine, () => board.mine);
    const queue = this.#cards("queue", texts.queue, texts.noQueue, () => board.queue);
    // A supervisor decides approvals first; an agent only looks how they went.
    this.#sections = supervises
      ? [mine, approvals, queue, this.#cards("others", texts.others, null, () => board.others)]
      : [mine, queue, approvals];
    this.element = element("section", { class: "lists", "aria-label": texts.all }, ...this.#sections);
    board.addEventListener("change", () => this.#update());
    addEventListener("hashchange", () => this.#markOpenCase());
  }

  /** The links to cases, from top to bottom. */
  get caseLinks() {
    return /** @type {HTMLAnchorElement[]} */ ([...this.element.querySelectorAll(".card > a")]);
  }

  /**
   * Focus the first case of a list, or of all.
   *
   * @param {CardList | null} [name]
   */
  focus(name = null) {
    const list = name ? this.element.querySelector(`ul[data-list="${name}"]`) : this.element;
    /** @type {HTMLAnchorElement | null | undefined} */
    const link = list?.querySelector(".card > a");
    (link ?? this.caseLinks[0])?.focus();
  }

  /**
   * @param {CardList} name
   * @param {string} title
   * @param {string | null} empty
   * @param {() => Card[]} items
   */
  #cards(name, title, empty, items) {
    const workspace = this.#workspace;
    /** @type {ListSource<Card>} */
    const source = {
      name,
      title,
      empty,
      items,
      keyOf: (card) => card.handoff,
      build: (card) => buildCard(card, name, workspace),
    };
    return this.#section(source);
  }

  /** @param {string} title */
  #approvals(title) {
    const workspace = this.#workspace;
    /** @type {ListSource<Approval>} */
    const source = {
      name: "approvals",
      title,
      empty: null,
      items: () => workspace.board.approvals,
      keyOf: (approval) => approval.id,
      build: (approval) => approvalItem(approval, workspace),
    };
    return this.#section(source);
  }

  /**
   * @template Item
   * @param {ListSource<Item>} source
   */
  #section({ name, title, empty, items, keyOf, build }) {
    const count = element("span", { class: "count" });
    const list = element("ul", { role: "list", "aria-label": title, "data-list": name });
    const emptyText = empty ? element("p", { class: "quiet empty" }, empty) : null;
    const section = element("section", { class: "list" }, element("h2", {}, title, " ", count), list, emptyText);
    this.#updates.push(() => {
      const shown = items();
      renderList(list, shown, keyOf, build);
      count.textContent = String(shown.length || "");
      if (emptyText) emptyText.hidden = shown.length > 0;
      else section.hidden = shown.length === 0;
    });
    return section;
  }

  #update() {
    for (const update of this.#updates) update();
    this.#markOpenCase();
  }

  /** Mark the open case, and scroll to it when it has moved. */
  #markOpenCase() {
    for (const link of this.caseLinks) {
      if (link.hash !== location.hash) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        link.parentElement?.scrollIntoView({ block: "nearest" });
      }
    }
  }
}
