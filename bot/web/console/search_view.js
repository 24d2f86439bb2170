/** Cases found by reference, contact, order, or the words of their messages. */

import { element } from "../shared/dom.js";
import { chip } from "./controls.js";

export class SearchView {
  static kind = "search";
  #desk;
  #words;
  #state = element("p", { class: "quiet", role: "status" });
  #list = element("ul", { role: "list", class: "results" });

  constructor(desk, words) {
    const { texts } = desk;
    this.#desk = desk;
    this.#words = words;
    this.element = element(
      "div",
      { class: "view-page" },
      element("h2", { tabindex: "-1" }, texts.search.title(words)),
      this.#state,
      this.#list,
    );
  }

  async shown() {
    const { texts } = this.#desk;
    this.#state.textContent = texts.loading;
    const answer = await this.#desk.command(() =>
      this.#desk.api.get(`api/cases?search=${encodeURIComponent(this.#words)}`),
    );
    const cases = answer?.cases ?? [];
    this.#state.textContent = texts.search.found(cases.length);
    this.#list.replaceChildren(...cases.map((one) => this.#result(one)));
  }

  #result(one) {
    const { texts, format } = this.#desk;
    const order = one.order ? texts.search.order(one.order) : null;
    return element(
      "li",
      {},
      element(
        "a",
        { href: `#/case/${encodeURIComponent(one.reference)}` },
        element(
          "span",
          { class: "line" },
          element("strong", {}, one.customer ?? texts.unknownCustomer),
          chip(texts.caseState(one.state), one.state === "open" ? "accent" : ""),
          element("span", { class: "quiet" }, format.day(one.opened_at)),
        ),
        element("span", { class: "quiet" }, [one.reference, texts.category(one.category), order, one.agent].filter(Boolean).join(" · ")),
        one.snippet ? element("span", { class: "snippet" }, one.snippet) : null,
      ),
    );
  }
}
