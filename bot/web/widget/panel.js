// @ts-check
/** The chat's window and the button that opens it. */

import { element, screenReaderText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** @import { Owner } from "../shared/types.js" */
/** @import { WidgetTexts } from "./texts.js" */

/** The same width as in chat.css: there the panel fills the screen. */
const FILLS_SCREEN = matchMedia("(max-width: 480px)");
const FOCUSABLE = "button:not(:disabled), textarea, a[href], [tabindex='0']";

export class Panel {
  #texts;
  #owner = element("p", { class: "owner" });
  #badge = element("span", { class: "badge", hidden: true });
  #launcher;
  #window;
  #status = element("p", { class: "status", role: "status" });
  #onToggle;
  #onFiles;

  /**
   * @param {object} options
   * @param {WidgetTexts} options.texts
   * @param {Node[]} options.content what stands between head and foot
   * @param {(open: boolean) => void} options.onToggle
   * @param {(files: FileList) => void} options.onFiles called with photos that were dropped on the panel
   */
  constructor({ texts, content, onToggle, onFiles }) {
    this.#texts = texts;
    this.#onToggle = onToggle;
    this.#onFiles = onFiles;

    this.#launcher = element(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false" },
      icon("chat"),
      element("span", {}, texts.launcher),
      screenReaderText(`. ${texts.open}`),
      this.#badge,
    );

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
    this.#window.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#acceptDrops();
    // A phone's keyboard covers the page without changing its size; only this view knows.
    visualViewport?.addEventListener("resize", () => this.#fitHeight());
  }

  get isOpen() {
    return !this.#window.hidden;
  }

  /** @param {{ focus?: boolean }} [options] `focus`: false at the start of a page, whose focus it leaves */
  open({ focus = true } = {}) {
    this.#window.hidden = false;
    this.#launcher.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#fitHeight();
    this.#onToggle(true);
    if (!focus) return;
    // On a touch screen the keyboard would cover what there is to read.
    const isTouch = matchMedia("(pointer: coarse)").matches;
    (isTouch ? this.#window : this.#window.querySelector("textarea"))?.focus();
  }

  close() {
    this.#window.hidden = true;
    this.#launcher.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.#onToggle(false);
  }

  /**
   * Show who answers.
   *
   * @param {Owner} owner
   * @param {string | null} [name] the agent's first name
   */
  setOwner(owner, name = null) {
    this.#owner.textContent = owner === "agent" ? this.#texts.owner.agent(name) : this.#texts.owner[owner];
    this.#owner.dataset.owner = owner;
  }

  /**
   * Show a sentence about the connection; "" when there is nothing to say.
   *
   * @param {string} sentence
   * @param {{ good?: boolean }} [options]
   */
  setStatus(sentence, { good = false } = {}) {
    this.#status.textContent = sentence;
    this.#status.classList.toggle("good", good);
  }

  /** @param {number} count */
  setUnread(count) {
    this.#badge.hidden = count === 0;
    this.#badge.replaceChildren(
      element("span", { "aria-hidden": "true" }, String(count)),
      screenReaderText(`. ${this.#texts.unread(count)}`),
    );
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && FILLS_SCREEN.matches) {
      this.#trapFocus(event);
    }
  }

  /**
   * While the panel covers the page, the focus must not move to what is behind it.
   *
   * @param {KeyboardEvent} event
   */
  #trapFocus(event) {
    const all = /** @type {NodeListOf<HTMLElement>} */ (this.#window.querySelectorAll(FOCUSABLE));
    const visible = [...all].filter((node) => node.checkVisibility());
    const [first, last] = event.shiftKey ? [visible.at(-1), visible[0]] : [visible[0], visible.at(-1)];
    const root = /** @type {ShadowRoot} */ (this.#window.getRootNode());
    if (root.activeElement !== last) return;
    event.preventDefault();
    first?.focus();
  }

  #acceptDrops() {
    /** @param {DragEvent} event */
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    this.#window.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#window.classList.add("dropping");
    });
    this.#window.addEventListener("dragleave", (event) => {
      const entered = /** @type {Node | null} */ (event.relatedTarget);
      if (!this.#window.contains(entered)) this.#window.classList.remove("dropping");
    });
    this.#window.addEventListener("drop", (event) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      this.#window.classList.remove("dropping");
      this.#onFiles(event.dataTransfer.files);
    });
  }

  #fitHeight() {
    if (visualViewport) this.#window.style.setProperty("--visible-height", `${visualViewport.height}px`);
  }
}
