// @ts-check
/** Vouchers: what a code is worth, and its redemption in full or in part. */

import { element } from "../shared/dom.js";
import { uuid } from "../shared/uuid.js";
import { chip, field } from "./controls.js";
import { caseAnchor } from "./links.js";

/** @import { Voucher } from "../shared/types.js" */
/** @import { Child } from "../shared/dom.js" */
/** @import { Tone } from "./controls.js" */
/** @import { Workspace } from "./workspace.js" */

/** @type {Record<Voucher["state"], Tone>} */
const TONES = { open: "good", spent: "", expired: "warn", void: "bad" };

export class VouchersView {
  kind = "vouchers";
  #workspace;
  #code = element("input", {
    required: true,
    maxlength: "64",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "7KQM-9XRT-2BFD",
  });
  #result = element("div", { role: "status" });

  /** @param {Workspace} workspace */
  constructor(workspace) {
    const { texts } = workspace;
    this.#workspace = workspace;
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
    this.element = element(
      "div",
      { class: "view-page" },
      element("h2", { tabindex: "-1" }, texts.views.vouchers),
      form,
      this.#result,
    );
  }

  async #check() {
    const { api } = this.#workspace;
    const code = this.#code.value.trim();
    const voucher = await this.#workspace.command(() => api.post("api/vouchers/check", { code }));
    if (voucher) this.#show(voucher);
    else this.#result.replaceChildren();
  }

  /** @param {Voucher} voucher */
  #show(voucher) {
    const { texts, format } = this.#workspace;
    const words = texts.vouchers;
    /** @type {[string, Child][]} */
    const rows = [
      [words.state, chip(words.states[voucher.state], TONES[voucher.state])],
      [words.left, voucher.left?.text],
      [words.amount, voucher.amount?.text],
      [words.expires, voucher.expires_at && format.day(voucher.expires_at)],
      [words.case, caseAnchor(voucher.case)],
    ];
    const terms = rows
      .filter(([, value]) => value)
      .flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]);
    this.#result.replaceChildren(
      element("h3", {}, voucher.title),
      element("dl", { class: "voucher" }, ...terms),
      ...(voucher.state === "open" ? [this.#redeemForm(voucher)] : []),
    );
  }

  /**
   * The id stays for as long as the same amount is asked for: what is sent again after a lost connection is
   * redeemed once.
   *
   * @param {Voucher} voucher
   */
  #redeemForm({ code, left }) {
    const { texts, format, api, toasts } = this.#workspace;
    const words = texts.vouchers;
    const amount = element("input", {
      inputmode: "decimal",
      autocomplete: "off",
      value: left ? format.editableAmount(left.amount_minor) : "",
    });
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
      const minor = left ? format.parseAmount(amount.value) : undefined;
      if (minor === null || minor === 0) return amount.focus();
      const body = { id, code, amount_minor: minor };
      const voucher = await this.#workspace.command(() => api.post("api/vouchers/redeem", body));
      if (!voucher) return;
      toasts.show(words.done);
      this.#show(voucher);
    });
    return form;
  }
}
