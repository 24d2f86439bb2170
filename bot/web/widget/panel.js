/** The chat's window and the button that opens it. */

import { element, icon, spoken } from "../shared/dom.js";

/** The same width as in chat.css: there the panel fills the screen. */
const FILLS_SCREEN = matchMedia("(max-width: 480px)");
const FOCUSABLE = "button:not(:disabled), textarea, a[href], [tabindex='0']";

export class Panel {
  #texts;
  #owner;
  #badge;
  #launcher;
  #window;
  #status;
  #onToggle;
  #onFiles;

  /** `content` goes between head and foot; `onToggle(open)`, `onFiles(files)` for photos dropped on it. */
  constructor({ texts, content, onToggle, onFiles }) {
    this.#texts = texts;
    this.#onToggle = onToggle;
    this.#onFiles = onFiles;

    this.#badge = element("span", { class: "badge", hidden: true });
    this.#launcher = element(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false" },
      icon("chat"),
      element("span", { class: "label" }, texts.launcher),
      spoken(`. ${texts.open}`),
      this.#badge,
    );

    this.#owner = element("p", { class: "owner" });
    this.#status = element("p", { class: "status", role: "status" });
    const close = element(
      "button",
      { type: "button", class: "round close", "aria-label": texts.close, title: texts.close },
      icon("close"),
    );
    this.#window = element(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true },
      element(
        "div",
        { class: "head" },
        element("div", {}, element("h2", { id: "title" }, texts.chat), this.#owner),
        close,
      ),
      this.#status,
      ...content,
      element("div", { class: "drop", "aria-hidden": "true" }, icon("photo"), texts.dropHere),
    );

    this.elements = [this.#launcher, this.#window];
    this.#launcher.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.close());
    this.#window.addEventListener("keydown", (event) => this.#key(event));
    this.#acceptDrops();
    // A phone's keyboard covers the page without changing its size; only this view knows.
    visualViewport?.addEventListener("resize", () => this.#fit());
  }

  get isOpen() {
    return !this.#window.hidden;
  }

  /** At the start of a page the focus belongs to the page. */
  open({ focus = true } = {}) {
    this.#window.hidden = false;
    this.#launcher.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#fit();
    this.#onToggle(true);
    if (!focus) return;
    // On a touch screen the keyboard would cover what there is to read.
    const target = matchMedia("(pointer: coarse)").matches ? this.#window : this.#window.querySelector("textarea");
    target.focus();
  }

  close() {
    this.#window.hidden = true;
    this.#launcher.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.#onToggle(false);
  }

  setOwner(owner, name = null) {
    const words = this.#texts.owner[owner];
    this.#owner.textContent = typeof words === "function" ? words(name) : words;
    this.#owner.dataset.owner = owner;
  }

  /** What there is to say about the connection; "" when all is well. */
  setStatus(sentence, { good = false } = {}) {
    this.#status.textContent = sentence;
    this.#status.classList.toggle("good", good);
  }

  setUnread(count) {
    this.#badge.hidden = count === 0;
    this.#badge.replaceChildren(
      element("span", { "aria-hidden": "true" }, String(count)),
      spoken(`. ${this.#texts.unread(count)}`),
    );
  }

  #key(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && FILLS_SCREEN.matches) {
      this.#holdFocus(event);
    }
  }

  /** While the panel covers the page, the focus must not wander off behind it. */
  #holdFocus(event) {
    const stops = [...this.#window.querySelectorAll(FOCUSABLE)].filter((stop) => stop.checkVisibility());
    const [first, last] = event.shiftKey ? [stops.at(-1), stops[0]] : [stops[0], stops.at(-1)];
    if (this.#window.getRootNode().activeElement !== last) return;
    event.preventDefault();
    first.focus();
  }

  #acceptDrops() {
    const holdsFiles = (event) => event.dataTransfer.types.includes("Files");
    this.#window.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.#window.classList.add("dropping");
    });
    this.#window.addEventListener("dragleave", (event) => {
      if (!this.#window.contains(event.relatedTarget)) this.#window.classList.remove("dropping");
    });
    this.#window.addEventListener("drop", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.#window.classList.remove("dropping");
      this.#onFiles(event.dataTransfer.files);
    });
  }

  #fit() {
    if (visualViewport) this.#window.style.setProperty("--visible-height", `${visualViewport.height}px`);
  }
}
