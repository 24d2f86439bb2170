/** The ready answers: found by their words, filled from the case, put where the cursor stands. */

import { element } from "../shared/dom.js";

const fold = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

export const GAP = /\{(customer|agent|reference|order|due)\}/;

/** Names in braces become the case's values; what the case does not know stays, to be filled by hand. */
export function fill(text, values) {
  return text.replace(new RegExp(`${GAP.source}(\\.?)`, "g"), (gap, name, stop) => {
    const value = values[name];
    return value === undefined ? gap : value + (value.endsWith(".") ? "" : stop); // "3:40 p. m." ends a sentence
  });
}

export class Answers {
  #answers;
  #texts;
  #titleLanguage;
  #language;
  #values;
  #onPick;
  #onClose;
  #box;
  #list;
  #found = [];
  #place = 0;

  /** `language()` and `values()` are asked when needed; `onPick(text)`, `onClose()`. */
  constructor({ answers, texts, titleLanguage, language, values, onPick, onClose }) {
    this.#answers = answers;
    this.#texts = texts;
    this.#titleLanguage = titleLanguage;
    this.#language = language;
    this.#values = values;
    this.#onPick = onPick;
    this.#onClose = onClose;
    this.#box = element("input", {
      type: "text",
      role: "combobox",
      "aria-label": texts.answers.search,
      placeholder: texts.answers.search,
      "aria-expanded": "true",
      "aria-controls": "answers",
      "aria-autocomplete": "list",
      autocomplete: "off",
    });
    this.#list = element("ul", { id: "answers", role: "listbox", "aria-label": texts.answers.title });
    this.element = element("div", { class: "answers", hidden: true }, this.#box, this.#list);
    this.#box.addEventListener("input", () => this.#search());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.element.contains(relatedTarget)) this.element.hidden = true;
    });
  }

  open() {
    this.element.hidden = false;
    this.#box.value = "";
    this.#search();
    this.#box.focus();
  }

  #search() {
    const words = fold(this.#box.value).split(/\s+/).filter(Boolean);
    this.#found = this.#answers.filter(({ name, title, text }) => {
      const all = fold(`${name} ${title[this.#titleLanguage]} ${text[this.#language()] ?? ""}`);
      return words.every((word) => all.includes(word));
    });
    this.#place = 0;
    this.#show();
  }

  #show() {
    this.#list.replaceChildren(
      ...this.#found.map((answer, place) => {
        const node = element(
          "li",
          { role: "option", id: `answer-${place}`, "aria-selected": String(place === this.#place) },
          element("strong", {}, answer.title[this.#titleLanguage]),
          element("span", { class: "quiet" }, this.#text(answer)),
        );
        // Before the focus leaves the search box.
        node.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.#pick(answer);
        });
        return node;
      }),
    );
    if (!this.#found.length) {
      this.#list.append(element("li", { role: "option", "aria-disabled": "true", class: "quiet" }, this.#texts.answers.none));
    }
    const current = this.#list.querySelector('[aria-selected="true"]');
    current?.scrollIntoView({ block: "nearest" });
    if (current) this.#box.setAttribute("aria-activedescendant", current.id);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.#found.length) {
      this.#place = (this.#place + steps[event.key] + this.#found.length) % this.#found.length;
      this.#show();
    } else if (event.key === "Enter") {
      if (this.#found[this.#place]) this.#pick(this.#found[this.#place]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.#close();
    } else return;
    event.preventDefault();
  }

  #pick(answer) {
    this.#close();
    this.#onPick(this.#text(answer));
  }

  #text({ text }) {
    return fill(text[this.#language()] ?? Object.values(text)[0] ?? "", this.#values());
  }

  #close() {
    this.element.hidden = true;
    this.#onClose();
  }
}
