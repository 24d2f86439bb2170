/** What stands beside the conversation: the packet, to be read in twenty seconds, and the case's history. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";
import { historyList } from "./case_history.js";
import { approvals, offers, promises, stakes } from "./packet_progress.js";
import { contact, earlier, facts, kind, orders, photos, signals, summary } from "./packet_facts.js";

const TABS = ["packet", "history"];
/** The same width as in layout.css: below, the packet is a drawer. */
const DRAWER = matchMedia("(max-width: 1099px)");

export class Packet {
  #desk;
  #view;
  #aside;
  #panels = new Map();
  #tabs = new Map();
  #observer;
  #visible = false;
  #prints = new Map();
  #cameFrom = null;

  constructor(desk, view, aside) {
    const { texts } = desk;
    this.#desk = desk;
    this.#view = view;
    this.#aside = aside;
    for (const name of TABS) {
      const tab = element("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` }, texts.packet.tabs[name]);
      tab.addEventListener("click", () => this.#choose(name));
      this.#tabs.set(name, tab);
      const panel = element("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": tab.id, tabindex: "0" });
      this.#panels.set(name, panel);
    }
    const tablist = element("div", { role: "tablist", "aria-label": texts.packet.name }, ...this.#tabs.values());
    tablist.addEventListener("keydown", (event) => this.#arrow(event));
    const close = button({ label: texts.packet.close, drawing: "close", kind: "bare drawer-close" }, () => this.close());
    aside.replaceChildren(element("div", { class: "tabs" }, tablist, close), ...this.#panels.values());
    aside.classList.remove("open");
    this.#choose("packet");
    this.#observer = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1).isIntersecting;
      this.#tellSeen();
    });
    document.addEventListener("visibilitychange", this.#tellSeen);
    document.addEventListener("focusin", this.#makeRoom);
  }

  show(data) {
    this.#fill("packet", data.packet, () => this.#sections(data));
    this.#fill("history", data.history, () => [historyList(data.history, this.#desk)]);
    const first = this.#panels.get("packet").querySelector(".summary");
    this.#observer.disconnect();
    if (first) this.#observer.observe(first);
  }

  /** Bring a tab before the eyes; where there is no room beside the case it slides in. */
  open(name, { focus = true } = {}) {
    this.#choose(name);
    if (DRAWER.matches && !this.#aside.classList.contains("open")) {
      this.#cameFrom = document.activeElement;
      this.#aside.classList.add("open");
    }
    if (focus) this.#panels.get(name).focus({ preventScroll: true });
  }

  /** True when there was a drawer to close. */
  close() {
    if (!DRAWER.matches || !this.#aside.classList.contains("open")) return false;
    this.#aside.classList.remove("open");
    if (this.#cameFrom?.isConnected) this.#cameFrom.focus();
    return true;
  }

  leave() {
    this.#observer.disconnect();
    document.removeEventListener("visibilitychange", this.#tellSeen);
    document.removeEventListener("focusin", this.#makeRoom);
  }

  /** Whoever begins to write wants to see the conversation again. */
  #makeRoom = ({ target }) => {
    if (DRAWER.matches && target.matches("textarea") && !this.#aside.contains(target)) this.#aside.classList.remove("open");
  };

  #tellSeen = () => this.#view.packetSeen(this.#visible && !document.hidden);

  /** In the order in which an agent needs it. */
  #sections({ packet, case: told, card, approvals: asked }) {
    const desk = this.#desk;
    const view = this.#view;
    return [
      summary(packet, desk),
      kind(card, told, desk),
      signals(packet.signals, desk),
      stakes(packet, desk),
      approvals(asked, desk),
      orders(packet.orders, desk),
      offers(packet.offers, packet.person_why, desk),
      promises(packet.promises, desk, view),
      facts(packet.facts, desk),
      photos(packet.photos, desk),
      contact(packet.customer, desk),
      earlier(packet.earlier, desk),
    ].filter(Boolean);
  }

  /** What did not change stays as it is, with the place where the reader is. */
  #fill(name, data, make) {
    const print = JSON.stringify([data, name === "packet" ? this.#view.data.card : null, this.#view.data.approvals]);
    if (this.#prints.get(name) === print) return;
    this.#prints.set(name, print);
    const panel = this.#panels.get(name);
    const { scrollTop } = panel;
    panel.replaceChildren(...make());
    panel.scrollTop = scrollTop;
  }

  #choose(name) {
    for (const [each, tab] of this.#tabs) {
      const chosen = each === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.#panels.get(each).hidden = !chosen;
    }
  }

  #arrow(event) {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const other = TABS.find((name) => this.#tabs.get(name).getAttribute("aria-selected") === "false");
    this.#choose(other);
    this.#tabs.get(other).focus();
  }
}
