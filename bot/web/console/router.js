/** The middle of the desk: the case or the view that the address names, and what stands beside it. */

import { element } from "../shared/dom.js";
import { AgentsView } from "./agents_view.js";
import { CaseView } from "./case_view.js";
import { SearchView } from "./search_view.js";
import { VouchersView } from "./vouchers_view.js";
import { Wallboard } from "./wallboard_view.js";

export class Stage {
  #desk;
  #main = element("main", { id: "main", tabindex: "-1" });
  #aside;
  view = null;

  constructor(desk) {
    this.#desk = desk;
    this.#aside = element("aside", { "aria-label": desk.texts.packet.name, hidden: true });
    this.elements = [this.#main, this.#aside];
    addEventListener("hashchange", () => this.route());
    desk.board.addEventListener("change", () => this.view?.boardChanged?.());
    desk.board.addEventListener("case", ({ detail }) => detail === this.reference && this.view.refresh());
  }

  get reference() {
    return this.view?.reference ?? null;
  }

  /** Show what the address says. */
  route() {
    const [, name = "", rest = ""] = location.hash.split("/");
    const words = decodeURIComponent(rest);
    const supervises = this.#desk.me.agent.role === "supervisor";
    if (name === "case" && words) return this.#show(new CaseView(this.#desk, words, this.#aside));
    if (name === "search" && words) return this.#show(new SearchView(this.#desk, words));
    if (name === "vouchers") return this.#show(new VouchersView(this.#desk));
    if (name === "wallboard" && supervises) return this.#show(new Wallboard(this.#desk));
    if (name === "agents" && supervises) return this.#show(new AgentsView(this.#desk));
    return this.#show(null);
  }

  receive(frame) {
    this.view?.receive?.(frame);
  }

  reconnected() {
    this.view?.reconnected?.();
  }

  focus() {
    (this.#main.querySelector("h2[tabindex]") ?? this.#main).focus({ preventScroll: true });
  }

  /** True when there was one to close. */
  closeDrawer() {
    return this.view?.closeDrawer?.() ?? false;
  }

  #show(view) {
    this.view?.leave?.();
    this.view = view;
    this.#main.replaceChildren(view ? view.element : this.#nothing());
    this.#aside.hidden = !(view instanceof CaseView);
    document.body.dataset.view = view ? view.constructor.kind : "none";
    view?.shown?.();
    if (view) this.focus();
  }

  #nothing() {
    const { texts } = this.#desk;
    return element(
      "div",
      { class: "nothing" },
      element("img", { src: "/console/files/icon.svg", alt: "", width: "64", height: "64" }),
      element("h2", {}, texts.nothing.title),
      element("p", { class: "quiet" }, texts.nothing.lead),
    );
  }
}
