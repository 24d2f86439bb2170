/** The alternatives put to the customer: buttons that work once, then tell what was chosen. */

import { element, icon } from "../shared/dom.js";

export class Choices {
  #texts;
  #choices;
  #buttons = new Map();
  #outcome;
  spent = false;

  /** `onChoose(choice)` is called when the customer presses one. */
  constructor(choices, texts, onChoose) {
    this.#texts = texts;
    this.#choices = choices;
    this.#outcome = element("p", { class: "outcome", tabindex: "-1" });
    this.element = element("div", { class: "choices", role: "group", "aria-label": texts.choices });
    for (const choice of choices) {
      const button = element(
        "button",
        { type: "button", class: "choice" },
        element(
          "span",
          { class: "words" },
          element("span", { class: "title" }, choice.title),
          choice.detail ? element("span", { class: "detail" }, choice.detail) : null,
        ),
        icon("next"),
      );
      button.addEventListener("click", () => onChoose(choice));
      this.#buttons.set(choice.token, button);
      this.element.append(button);
    }
    this.element.append(this.#outcome);
  }

  has(token) {
    return this.#buttons.has(token);
  }

  /** The choice is on its way; the others can't be pressed meanwhile. */
  choosing(token) {
    this.#close(token, this.#texts.choosing(this.#title(token)));
  }

  /** `chosen` is null when the alternatives lapsed without a choice. */
  spend(chosen) {
    this.spent = true;
    this.#close(chosen, chosen ? this.#texts.chosen(this.#title(chosen)) : this.#texts.unchosen);
  }

  /** The choice didn't arrive and won't: let the customer choose again. */
  reopen() {
    this.element.classList.remove("closed");
    this.#outcome.textContent = "";
    for (const button of this.#buttons.values()) {
      button.disabled = false;
      button.classList.remove("chosen");
    }
  }

  #close(token, outcome) {
    // A disabled button loses the focus: keep a keyboard's place in the conversation.
    const focused = this.element.contains(this.element.getRootNode().activeElement);
    this.element.classList.add("closed");
    for (const [each, button] of this.#buttons) {
      button.disabled = true;
      button.classList.toggle("chosen", each === token);
      if (each === token) button.querySelector(".icon").replaceWith(icon("check"));
    }
    this.#outcome.textContent = outcome;
    if (focused) this.#outcome.focus({ preventScroll: true });
  }

  #title(token) {
    return this.#choices.find((choice) => choice.token === token)?.title ?? "";
  }
}
