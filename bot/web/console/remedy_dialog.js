/** A remedy: given at once or put to the customer; what is beyond my authority goes to the supervisor. */

import { element } from "../shared/dom.js";
import { uuid } from "./api.js";
import { field } from "./controls.js";
import { openDialog } from "./dialog.js";

export function askRemedy(desk, view) {
  const { texts, me, format, api } = desk;
  const { authority, summary, remedies } = view.data.packet;
  const id = uuid();
  const path = `api/cases/${encodeURIComponent(view.reference)}`;
  const amount = element("input", { inputmode: "decimal", autocomplete: "off" });
  const why = element("textarea", { rows: "2", maxlength: "500", placeholder: texts.remedy.whyExample });
  const read = element("span", { class: "help", role: "status" });
  const amountField = element(
    "label",
    { class: "field" },
    element("span", { class: "label" }, texts.remedy.amount(me.company.currency)),
    amount,
    read,
  );
  const refused = new Set(); // remedies that the server found beyond my authority
  const whyField = field(texts.remedy.why, why, texts.remedy.whyHelp);
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
    onSubmit: async (how) => {
      const remedy = chosen();
      const body = { id, remedy: remedy.name };
      if (remedy.takes_amount) {
        body.amount_minor = format.minor(amount.value);
        if (!body.amount_minor) return tellAmount(texts.remedy.amountNeeded);
      }
      try {
        if (how === "ask") await api.post(`${path}/approvals`, { ...body, why: why.value.trim() || summary });
        else await api.post(`${path}/remedies`, { ...body, how });
      } catch (error) {
        if (error.code === "beyond_authority") refused.add(remedy.name);
        follow();
        throw error;
      }
      view.acted(texts.remedy.done[how]);
    },
  });

  const chosen = () => remedies.find(({ name }) => name === form.elements.remedy.value);
  const tellAmount = (words) => {
    read.textContent = words;
    amount.focus();
    return "stay";
  };
  const submit = (value) => dialog.querySelector(`button[value=${value}]`);

  /** The policy's own sum stands in the field; the agent may say another. */
  function begin() {
    const remedy = chosen();
    amount.value = remedy?.takes_amount && remedy.amount ? format.written(remedy.amount.amount_minor) : "";
    follow();
  }

  function follow() {
    const remedy = chosen();
    const open = Boolean(remedy?.takes_amount);
    amountField.hidden = !open;
    amount.required = open;
    const minor = open ? format.minor(amount.value) : (remedy?.value?.amount_minor ?? null);
    if (open) read.textContent = minor === null ? "" : format.money(minor);
    const tooMuch = authority && minor !== null && minor > authority.left.amount_minor;
    const beyond = tooMuch || (refused.has(remedy?.name) && !open);
    const mayGive = view.can("give") && !beyond;
    // Who may give it as a supervisor has nobody to ask.
    const mayAsk = view.can("ask") && (beyond || !mayGive || me.agent.role !== "supervisor");
    submit("give").hidden = submit("offer").hidden = !mayGive;
    submit("ask").hidden = whyField.hidden = !mayAsk;
    submit("ask").classList.toggle("primary", !mayGive);
    if (open && beyond) read.textContent = `${format.money(minor)} · ${texts.remedy.beyond}`;
  }
  form.addEventListener("input", ({ target }) => (target.name === "remedy" ? begin() : follow()));
  begin();
}

function remedyList(remedies, texts) {
  const rows = remedies.map((remedy, place) =>
    element(
      "label",
      { class: "remedy" },
      element("input", { type: "radio", name: "remedy", value: remedy.name, checked: place === 0, required: true }),
      element(
        "span",
        {},
        element("strong", {}, remedy.title),
        remedy.detail ? element("span", { class: "quiet" }, remedy.detail) : null,
      ),
      element("span", { class: "worth" }, worth(remedy, texts)),
    ),
  );
  return element("fieldset", { class: "remedies" }, element("legend", { class: "spoken" }, texts.remedy.choose), ...rows);
}

function worth({ amount, takes_amount: open }, texts) {
  return amount?.text ?? (open ? texts.remedy.open : "");
}
