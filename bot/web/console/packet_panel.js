// @ts-check
/** What stands beside the conversation: the packet, to be read in twenty seconds, and the case's history. */

import { element } from "../shared/dom.js";
import { historyList } from "./case_history.js";
import { button } from "./controls.js";
import { contactSection, earlierSection, factSection, glanceSection, orderSection, photoSection, signalSection, summarySection } from "./packet_facts.js";
import { approvalSection, offerSection, promiseSection, stakeSection } from "./packet_progress.js";

/** @import { CaseData } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { Workspace } from "./workspace.js" */

/** @typedef {"packet" | "history"} PacketTab */

/** @type {PacketTab[]} */
const TABS = ["packet", "history"];
/** The same width as in layout.css: below it the packet is a drawer. */
const DRAWER = matchMedia("(max-width: 1099px)");

export class PacketPanel {
  #workspace;
  #view;
  #aside;
  /** @type {Record<PacketTab, HTMLElement>} */
  #panels;
  /** @type {Record<PacketTab, HTMLElement>} */
  #tabs;
  #observer;
  #isVisible = false;
  /** @type {Map<PacketTab, string>} what a panel was built from, as JSON */
  #shown = new Map();
  /** @type {Element | null} what had the focus before the drawer was opened */
  #openedFrom = null;

  /**
   * @param {Workspace} workspace
   * @param {CaseView} view
   * @param {HTMLElement} aside
   */
  constructor(workspace, view, aside) {
    const { texts } = workspace;
    this.#workspace = workspace;
    this.#view = view;
    this.#aside = aside;
    this.#tabs = { packet: this.#tab("packet"), history: this.#tab("history") };
    this.#panels = { packet: panelOf("packet"), history: panelOf("history") };
    const tablist = element(
      "div",
      { role: "tablist", "aria-label": texts.packet.name },
      ...TABS.map((name) => this.#tabs[name]),
    );
    tablist.addEventListener("keydown", (event) => this.#keyPressed(event));
    const close = button({ label: texts.packet.close, icon: "close", kind: "bare drawer-close" }, () => this.close());
    aside.replaceChildren(
      element("div", { class: "tabs" }, tablist, close),
      ...TABS.map((name) => this.#panels[name]),
    );
    aside.classList.remove("open");
    this.#select("packet");
    this.#observer = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)?.isIntersecting ?? false;
      this.#reportVisible();
    });
    document.addEventListener("visibilitychange", this.#reportVisible);
    document.addEventListener("focusin", this.#closeForWriting);
  }

  /** @param {CaseData} data */
  show(data) {
    const { packet, history, card, approvals } = data;
    this.#fill("packet", [packet, card, approvals], () => this.#sections(data));
    this.#fill("history", history, () => [historyList(history, this.#workspace)]);
    const summary = this.#panels.packet.querySelector(".summary");
    this.#observer.disconnect();
    if (summary) this.#observer.observe(summary);
  }

  /**
   * Show a tab; where there is no room beside the case it slides in.
   *
   * @param {PacketTab} name
   * @param {{ focus?: boolean }} [options]
   */
  open(name, { focus = true } = {}) {
    this.#select(name);
    if (DRAWER.matches && !this.#aside.classList.contains("open")) {
      this.#openedFrom = document.activeElement;
      this.#aside.classList.add("open");
    }
    if (focus) this.#panels[name].focus({ preventScroll: true });
  }

  /** Close the drawer. Return false when none was open. */
  close() {
    if (!DRAWER.matches || !this.#aside.classList.contains("open")) return false;
    this.#aside.classList.remove("open");
    if (this.#openedFrom instanceof HTMLElement && this.#openedFrom.isConnected) this.#openedFrom.focus();
    return true;
  }

  leave() {
    this.#observer.disconnect();
    document.removeEventListener("visibilitychange", this.#reportVisible);
    document.removeEventListener("focusin", this.#closeForWriting);
  }

  /**
   * An agent who begins to write wants to see the conversation again.
   *
   * @param {FocusEvent} event
   */
  #closeForWriting = ({ target }) => {
    if (!DRAWER.matches || !(target instanceof HTMLTextAreaElement)) return;
    if (!this.#aside.contains(target)) this.#aside.classList.remove("open");
  };

  #reportVisible = () => this.#view.setPacketVisible(this.#isVisible && !document.hidden);

  /** @param {PacketTab} name */
  #tab(name) {
    const tab = element(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` },
      this.#workspace.texts.packet.tabs[name],
    );
    tab.addEventListener("click", () => this.#select(name));
    return tab;
  }

  /**
   * In the order in which an agent needs them.
   *
   * @param {CaseData} data
   */
  #sections({ packet, case: complaint, card, approvals }) {
    const workspace = this.#workspace;
    return [
      summarySection(packet, workspace),
      glanceSection(card, complaint, workspace),
      signalSection(packet.signals, workspace),
      stakeSection(packet, workspace),
      approvalSection(approvals, workspace),
      orderSection(packet.orders, workspace),
      offerSection(packet.offers, packet.person_why, workspace),
      promiseSection(packet.promises, workspace, this.#view),
      factSection(packet.facts, workspace),
      photoSection(packet.photos, workspace),
      contactSection(packet.customer, workspace),
      earlierSection(packet.earlier, workspace),
    ].filter((section) => section !== null);
  }

  /**
   * Build a panel's content if its data changed, and keep the place where the reader is.
   *
   * @param {PacketTab} name
   * @param {unknown} data
   * @param {() => Node[]} build
   */
  #fill(name, data, build) {
    const json = JSON.stringify(data);
    if (this.#shown.get(name) === json) return;
    this.#shown.set(name, json);
    const panel = this.#panels[name];
    const { scrollTop } = panel;
    panel.replaceChildren(...build());
    panel.scrollTop = scrollTop;
  }

  /** @param {PacketTab} selected */
  #select(selected) {
    for (const name of TABS) {
      const isSelected = name === selected;
      this.#tabs[name].setAttribute("aria-selected", String(isSelected));
      this.#tabs[name].tabIndex = isSelected ? 0 : -1;
      this.#panels[name].hidden = !isSelected;
    }
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = this.#panels.packet.hidden ? "packet" : "history";
    this.#select(other);
    this.#tabs[other].focus();
  }
}

/** @param {PacketTab} name */
const panelOf = (name) =>
  element("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "0" });
