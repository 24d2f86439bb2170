// @ts-check
/** The scrolled conversation: it follows new messages only while the reader is at the end. */

import { element } from "./dom.js";
import { icon } from "./icons.js";

/** @import { Child } from "./dom.js" */

const NEAR_END_PX = 60;
const MARGIN_PX = 8;

export class ScrollView {
  #view;
  #button;
  #following = true;

  /**
   * @param {{ conversation: string, newMessages: string }} texts
   * @param {() => void} onEnd called when the reader reaches the end
   * @param {...Child} content
   */
  constructor(texts, onEnd, ...content) {
    const inner = element("div", { class: "inner" }, ...content);
    this.#view = element(
      "div",
      { class: "view", role: "region", "aria-label": texts.conversation, tabindex: "0" },
      inner,
    );
    this.#button = element(
      "button",
      { type: "button", class: "new-messages", hidden: true },
      icon("down"),
      texts.newMessages,
    );
    this.element = element("div", { class: "scroll" }, this.#view, this.#button);

    this.#view.addEventListener("scroll", () => {
      this.#following = this.#end - this.#view.scrollTop < NEAR_END_PX;
      if (!this.#following) return;
      this.#button.hidden = true;
      onEnd();
    });
    this.#button.addEventListener("click", () => {
      this.toEnd();
      this.#view.focus({ preventScroll: true });
    });
    // Photos that load, a keyboard that opens and a text box that grows move the end as well.
    const observer = new ResizeObserver(() => this.#following && this.toEnd());
    observer.observe(this.#view);
    observer.observe(inner);
  }

  get atEnd() {
    return this.#following;
  }

  /** Follow a new message, or offer to go to it. */
  contentAdded() {
    if (this.#following) this.toEnd();
    else this.#button.hidden = false;
  }

  toEnd() {
    this.#following = true;
    this.#button.hidden = true;
    this.#view.scrollTop = this.#end;
  }

  /** The very end, or the beginning of the last message if it is taller than the view. */
  get #end() {
    const { scrollHeight, scrollTop, clientHeight } = this.#view;
    const bottom = scrollHeight - clientHeight;
    const newest = this.#view.querySelector(".messages > :last-child");
    if (!newest) return bottom;
    const top = newest.getBoundingClientRect().top - this.#view.getBoundingClientRect().top;
    return Math.min(bottom, scrollTop + top - MARGIN_PX);
  }
}
