/** Vouchers: what a code is worth, and taking it in payment, in full or in part. */

import { element } from "../shared/dom.js";
import { uuid } from "./api.js";
import { chip, field } from "./controls.js";

const TONES = { open: "good", spent: "", expired: "warn", void: "bad" };

export class VouchersView {
  static kind = "vouchers";
  #desk;
  #code = element("input", { required: true, maxlength: "64", autocomplete: "off", spellcheck: "false", placeholder: "7KQM-9XRT-2BFD" });
  #found = element("div", { role: "status" });

  constructor(desk) {
    const { texts } = desk;
    this.#desk = desk;
    const form = element(
      "form",
      { class: "voucher-form" },
      field(texts.vouchers.code, this.#code),
      element("button", { type: "submit", class: "button primary" }, texts.vouchers.check),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#check();
    });
    this.element = element("div", { class: "view-page" }, element("h2", { tabindex: "-1" }, texts.views.vouchers), form, this.#found);
  }

  async #check() {
    const code = this.#code.value.trim();
    const found = await this.#desk.command(() => this.#desk.api.post("api/vouchers/check", { code }));
    this.#show(found);
  }

  #show(found) {
    if (!found) return this.#found.replaceChildren();
    const { texts, format } = this.#desk;
    const words = texts.vouchers;
    const facts = [
      [words.state, chip(words.states[found.state], TONES[found.state])],
      [words.left, found.left?.text],
      [words.amount, found.amount?.text],
      [words.expires, found.expires_at && format.day(found.expires_at)],
      [words.case, element("a", { href: `#/case/${encodeURIComponent(found.case)}` }, found.case)],
    ].filter(([, value]) => value);
    this.#found.replaceChildren(
      element("h3", {}, found.title),
      element("dl", { class: "voucher" }, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
      ...(found.state === "open" ? [this.#redeemForm(found)] : []),
    );
  }

  /** One id for as long as the same is asked for: sent again after a broken connection, it is taken once. */
  #redeemForm({ code, left }) {
    const { texts, format, api, toasts } = this.#desk;
    const words = texts.vouchers;
    const amount = element("input", { inputmode: "decimal", autocomplete: "off", value: left ? format.written(left.amount_minor) : "" });
    const form = element(
      "form",
      { class: "voucher-form" },
      left ? field(words.howMuch, amount, words.help) : null,
      element("button", { type: "submit", class: "button primary" }, words.redeem),
    );
    let id = uuid();
    amount.addEventListener("input", () => (id = uuid()));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = { id, code };
      if (left) body.amount_minor = format.minor(amount.value);
      if (left && !body.amount_minor) return amount.focus();
      const found = await this.#desk.command(() => api.post("api/vouchers/redeem", body));
      if (!found) return;
      toasts.say(words.done);
      this.#show(found);
    });
    return form;
  }
}
