// @ts-check
/** A remedy: given at once, or offered to the customer; what is beyond the agent's authority is asked for. */

import { element } from "../shared/dom.js";
import { uuid } from "../shared/uuid.js";
import { casePath, Refused } from "./api.js";
import { field } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { PossibleRemedy } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { ConsoleTexts } from "./texts.js" */
/** @import { Workspace } from "./workspace.js" */

/** @typedef {"ask" | "offer" | "give"} Way */

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 */
export function askRemedy(workspace, view) {
  const { texts, me, format, api } = workspace;
  const { authority, summary, remedies } = view.data.packet;
  const id = uuid();
  const amount = element("input", { inputmode: "decimal", autocomplete: "off" });
  const why = element("textarea", { rows: "2", maxlength: "500", placeholder: texts.remedy.whyExample });
  const amountHelp = element("span", { class: "help", role: "status" });
  const amountField = field(texts.remedy.amount(me.company.currency), amount, amountHelp);
  const whyField = field(texts.remedy.why, why, texts.remedy.whyHelp);
  /** @type {Set<string>} remedies that the server found beyond the agent's authority */
  const refused = new Set();
  const { dialog, form } = openDialog({
    texts,
    title: texts.remedy.title,
    lead: authority ? texts.remedy.authority(authority.left.text, authority.per_case.text) : null,
    wide: true,
    body: [remedyList(remedies, texts), amountField, whyField],
    submits: [
      { text: texts.remedy.ask, kind: "plain", value: "ask" },
      { text: texts.remedy.offer, kind: "plain", value: "offer" },
      { text: texts.remedy.give, kind: "primary", value: "give" },
    ],
    onSubmit: (way) => submit(/** @type {Way} */ (way)),
  });

  /** @param {Way} way */
  async function submit(way) {
    const remedy = chosen();
    if (!remedy) return "stay";
    const minor = remedy.takes_amount ? format.parseAmount(amount.value) : undefined;
    if (minor === null || minor === 0) {
      amountHelp.textContent = texts.remedy.amountNeeded;
      amount.focus();
      return "stay";
    }
    const body = { id, remedy: remedy.name, amount_minor: minor };
    try {
      if (way === "ask") {
        const asked = { ...body, why: why.value.trim() || summary };
        await api.post(casePath(view.reference, "approvals"), asked);
      } else await api.post(casePath(view.reference, "remedies"), { ...body, how: way });
    } catch (error) {
      if (error instanceof Refused && error.code === "beyond_authority") refused.add(remedy.name);
      update();
      throw error;
    }
    view.acted(texts.remedy.done[way]);
  }

  function chosen() {
    const choice = /** @type {RadioNodeList} */ (form.elements.namedItem("remedy"));
    return remedies.find(({ name }) => name === choice?.value);
  }

  /** @param {Way} way */
  const submitButton = (way) =>
    /** @type {HTMLButtonElement} */ (dialog.querySelector(`button[value=${way}]`));

  /** Propose the policy's own amount; the agent may change it. */
  function remedyChosen() {
    const remedy = chosen();
    amount.value = remedy?.takes_amount && remedy.amount ? format.editableAmount(remedy.amount.amount_minor) : "";
    update();
  }

  /** Show the fields and the buttons that fit the remedy and its amount. */
  function update() {
    const remedy = chosen();
    const takesAmount = Boolean(remedy?.takes_amount);
    amountField.hidden = !takesAmount;
    amount.required = takesAmount;
    const minor = takesAmount ? format.parseAmount(amount.value) : (remedy?.value?.amount_minor ?? null);
    const isTooMuch = authority !== null && minor !== null && minor > authority.left.amount_minor;
    const isRefused = remedy !== undefined && refused.has(remedy.name) && !takesAmount;
    const isBeyond = isTooMuch || isRefused;
    const mayGive = view.can("give") && !isBeyond;
    // A supervisor who may give it has nobody to ask.
    const mayAsk = view.can("ask") && (isBeyond || !mayGive || me.agent.role !== "supervisor");
    submitButton("give").hidden = submitButton("offer").hidden = !mayGive;
    submitButton("ask").hidden = whyField.hidden = !mayAsk;
    submitButton("ask").classList.toggle("primary", !mayGive);
    if (takesAmount) {
      const parts = minor === null ? [] : [format.money(minor), isBeyond ? texts.remedy.beyond : null];
      amountHelp.textContent = parts.filter(Boolean).join(" · ");
    }
  }
  form.addEventListener("input", ({ target }) => {
    if (/** @type {HTMLInputElement} */ (target).name === "remedy") remedyChosen();
    else update();
  });
  remedyChosen();
}

/**
 * @param {PossibleRemedy[]} remedies
 * @param {ConsoleTexts} texts
 */
function remedyList(remedies, texts) {
  const rows = remedies.map((remedy, index) =>
    element(
      "label",
      { class: "remedy" },
      element("input", { type: "radio", name: "remedy", value: remedy.name, checked: index === 0, required: true }),
      element(
        "span",
        {},
        element("strong", {}, remedy.title),
        remedy.detail ? element("span", { class: "quiet" }, remedy.detail) : null,
      ),
      element("span", { class: "worth" }, remedy.amount?.text ?? (remedy.takes_amount ? texts.remedy.open : "")),
    ),
  );
  return element(
    "fieldset",
    { class: "remedies" },
    element("legend", { class: "spoken" }, texts.remedy.choose),
    ...rows,
  );
}
