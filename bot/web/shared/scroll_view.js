/** The scrolled view: it follows new messages only for a reader who is at the end. */

import { element, icon } from "./dom.js";

const CLOSE_TO_END_PX = 60;
const MARGIN_PX = 8;

export class Scroll {
  #view;
  #button;
  #following = true;

  /** `onEnd` is called when the reader comes to the end. */
  constructor(texts, onEnd, ...content) {
    const inner = element("div", { class: "inner" }, ...content);
    this.#view = element(
      "div",
      { class: "view", role: "region", "aria-label": texts.conversation, tabindex: "0" },
      inner,
    );
    this.#button = element(
      "button",
      { type: "button", class: "news", hidden: true },
      icon("down"),
      texts.newMessages,
    );
    this.element = element("div", { class: "scroll" }, this.#view, this.#button);

    this.#view.addEventListener("scroll", () => {
      this.#following = this.#end - this.#view.scrollTop < CLOSE_TO_END_PX;
      if (!this.#following) return;
      this.#button.hidden = true;
      onEnd();
    });
    this.#button.addEventListener("click", () => {
      this.toEnd();
      this.#view.focus({ preventScroll: true });
    });
    // Photos that load, a keyboard that opens and a text box that grows move the end as well.
    const keep = new ResizeObserver(() => this.#following && this.toEnd());
    keep.observe(this.#view);
    keep.observe(inner);
  }

  get atEnd() {
    return this.#following;
  }

  /** Something new stands at the end. */
  grown() {
    if (this.#following) this.toEnd();
    else this.#button.hidden = false;
  }

  toEnd() {
    this.#following = true;
    this.#button.hidden = true;
    this.#view.scrollTop = this.#end;
  }

  /** Where the newest is read from: the very end, or the beginning of a message taller than the view. */
  get #end() {
    const { scrollHeight, scrollTop, clientHeight } = this.#view;
    const bottom = scrollHeight - clientHeight;
    const newest = this.#view.querySelector(".messages > :last-child");
    if (!newest) return bottom;
    const top = newest.getBoundingClientRect().top - this.#view.getBoundingClientRect().top;
    return Math.min(bottom, scrollTop + top - MARGIN_PX);
  }
}
