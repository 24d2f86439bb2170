// @ts-check
/** Cases found by reference, contact, order, or the words of their messages. */

import { element } from "../shared/dom.js";
import { chip } from "./controls.js";
import { caseLink } from "./links.js";

/** @import { SearchResult } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

export class SearchView {
  kind = "search";
  #workspace;
  #words;
  #state = element("p", { class: "quiet", role: "status" });
  #list = element("ul", { role: "list", class: "results" });

  /**
   * @param {Workspace} workspace
   * @param {string} words
   */
  constructor(workspace, words) {
    this.#workspace = workspace;
    this.#words = words;
    this.element = element(
      "div",
      { class: "view-page" },
      element("h2", { tabindex: "-1" }, workspace.texts.search.title(words)),
      this.#state,
      this.#list,
    );
  }

  async shown() {
    const { texts, api } = this.#workspace;
    this.#state.textContent = texts.loading;
    const path = `api/cases?search=${encodeURIComponent(this.#words)}`;
    const answer = await this.#workspace.command(() => api.get(path));
    /** @type {SearchResult[]} */
    const results = answer?.cases ?? [];
    this.#state.textContent = texts.search.found(results.length);
    this.#list.replaceChildren(...results.map((result) => this.#item(result)));
  }

  /** @param {SearchResult} result */
  #item({ reference, customer, category, state, order, opened_at: openedAt, agent, snippet }) {
    const { texts, format } = this.#workspace;
    const details = [reference, texts.category(category), order && texts.search.order(order), agent];
    return element(
      "li",
      {},
      element(
        "a",
        { href: caseLink(reference) },
        element(
          "span",
          { class: "line" },
          element("strong", {}, texts.nameOf({ customer })),
          chip(texts.caseState(state), state === "open" ? "accent" : ""),
          element("span", { class: "quiet" }, format.day(openedAt)),
        ),
        element("span", { class: "quiet" }, details.filter(Boolean).join(" · ")),
        snippet ? element("span", { class: "snippet" }, snippet) : null,
      ),
    );
  }
}
