// @ts-check
/** The middle of the workspace: shows the view that the address names, and the packet beside a case. */

import { element } from "../shared/dom.js";
import { AgentsView } from "./agents_view.js";
import { CaseView } from "./case_view.js";
import { SearchView } from "./search_view.js";
import { VouchersView } from "./vouchers_view.js";
import { WallboardView } from "./wallboard_view.js";

/** @import { ConsoleFrame } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

/**
 * What the router may call of a view. `kind` names it to the style sheets.
 *
 * @typedef {{
 *   kind: string,
 *   element: HTMLElement,
 *   shown?: () => void,
 *   leave?: () => void,
 *   boardChanged?: () => void,
 * }} View
 */

export class Router {
  #workspace;
  #main = element("main", { id: "main", tabindex: "-1" });
  #aside;
  /** @type {View | null} */
  #view = null;

  /** @param {Workspace} workspace */
  constructor(workspace) {
    this.#workspace = workspace;
    this.#aside = element("aside", { "aria-label": workspace.texts.packet.name, hidden: true });
    this.elements = [this.#main, this.#aside];
    addEventListener("hashchange", () => this.route());
    workspace.board.addEventListener("change", () => this.#view?.boardChanged?.());
    workspace.board.onCaseChange((reference) => {
      if (reference === this.caseView?.reference) this.caseView.refresh();
    });
  }

  /** The open case, if one is open. */
  get caseView() {
    return this.#view instanceof CaseView ? this.#view : null;
  }

  /** Show what the address names. */
  route() {
    this.#show(this.#viewOf(location.hash));
  }

  /** @param {ConsoleFrame} frame */
  receive(frame) {
    this.caseView?.receive(frame);
  }

  reconnected() {
    this.caseView?.reconnected();
  }

  focus() {
    /** @type {HTMLElement | null} */
    const heading = this.#main.querySelector("h2[tabindex]");
    (heading ?? this.#main).focus({ preventScroll: true });
  }

  /**
   * @param {string} hash
   * @returns {View | null}
   */
  #viewOf(hash) {
    const workspace = this.#workspace;
    const [, name = "", rest = ""] = hash.split("/");
    const argument = decodeURIComponent(rest);
    if (name === "case" && argument) return new CaseView(workspace, argument, this.#aside);
    if (name === "search" && argument) return new SearchView(workspace, argument);
    if (name === "vouchers") return new VouchersView(workspace);
    if (name === "wallboard" && workspace.supervises) return new WallboardView(workspace);
    if (name === "agents" && workspace.supervises) return new AgentsView(workspace);
    return null;
  }

  /** @param {View | null} view */
  #show(view) {
    this.#view?.leave?.();
    this.#view = view;
    this.#main.replaceChildren(view ? view.element : this.#emptyState());
    this.#aside.hidden = !(view instanceof CaseView);
    document.body.dataset.view = view ? view.kind : "none";
    view?.shown?.();
    if (view) this.focus();
  }

  #emptyState() {
    const { texts } = this.#workspace;
    return element(
      "div",
      { class: "empty-state" },
      element("img", { src: "/console/files/icon.svg", alt: "", width: "64", height: "64" }),
      element("h2", {}, texts.emptyState.title),
      element("p", { class: "quiet" }, texts.emptyState.lead),
    );
  }
}
