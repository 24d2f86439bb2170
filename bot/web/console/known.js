/** "We know this already": what a draft asks for, with where it came from, ready to be put in. */

import { element } from "/widget/dom.js";
import { button } from "./build.js";
import { icon } from "./icons.js";

export class Known {
  #texts;
  #onInsert;
  #onSend;
  #shown = "";

  /** `onInsert(value)`; `onSend()` sends it all the same. */
  constructor({ texts, onInsert, onSend }) {
    this.#texts = texts;
    this.#onInsert = onInsert;
    this.#onSend = onSend;
    this.element = element("div", { class: "known", role: "status" });
  }

  /** `stopped`: the message was held back, and going on is for the agent to decide. */
  show(known, stopped) {
    const print = JSON.stringify([known, stopped]);
    if (print === this.#shown) return;
    this.#shown = print;
    const texts = this.#texts;
    if (!known?.length) return this.element.replaceChildren();
    this.element.replaceChildren(
      element("p", { class: "known-title" }, icon("shield"), stopped ? texts.known.stopped : texts.known.title),
      element(
        "ul",
        { role: "list" },
        ...known.map(({ name, value, source }) =>
          element(
            "li",
            {},
            element("span", {}, `${texts.fact(name)}: `, element("strong", {}, value)),
            element("span", { class: "quiet" }, texts.source(source)),
            button({ text: texts.known.insert, kind: "small plain", "aria-label": texts.known.insertNamed(texts.fact(name)) }, () =>
              this.#onInsert(value),
            ),
          ),
        ),
      ),
      stopped ? button({ text: texts.known.anyway, kind: "small plain" }, () => this.#onSend()) : "",
    );
  }
}
