/** A remedy: given at once or put to the customer; what is beyond my authority goes to the supervisor. */

import { element } from "/widget/dom.js";
import { uuid } from "./api.js";
import { field } from "./build.js";
import { openDialog } from "./dialog.js";

export function askRemedy(desk, view) {
  const { texts, me, format, api } = desk;
  const { authority, summary } = view.data.packet;
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
  const whyField = field(texts.remedy.why, why, texts.remedy.whyHelp);
  const { dialog, form } = openDialog({
    texts,
    title: texts.remedy.title,
    lead: authority ? texts.remedy.authority(authority.left.text, authority.per_case.text) : null,
    wide: true,
    body: [remedyList(me.remedies, texts), amountField, whyField],
    submits: [
      { text: texts.remedy.ask, kind: "plain", value: "ask" },
      { text: texts.remedy.offer, kind: "plain", value: "offer" },
      { text: texts.remedy.give, kind: "primary", value: "give" },
    ],
    onSubmit: async (how) => {
      const remedy = chosen();
      const body = { id, remedy: remedy.name };
      if (remedy.value === "open") {
        body.amount_minor = format.minor(amount.value);
        if (!body.amount_minor) return tellAmount(texts.remedy.amountNeeded);
      }
      if (how === "ask") await api.post(`${path}/approvals`, { ...body, why: why.value.trim() || summary });
      else await api.post(`${path}/remedies`, { ...body, how });
      view.acted(texts.remedy.done[how]);
    },
  });

  const chosen = () => me.remedies.find(({ name }) => name === form.elements.remedy.value);
  const tellAmount = (words) => {
    read.textContent = words;
    amount.focus();
    return "stay";
  };
  const submit = (value) => dialog.querySelector(`button[value=${value}]`);

  function follow() {
    const remedy = chosen();
    const open = remedy?.value === "open";
    amountField.hidden = !open;
    amount.required = open;
    const minor = open ? format.minor(amount.value) : (remedy?.amount?.amount_minor ?? null);
    if (open) read.textContent = minor === null ? "" : format.money(minor);
    const beyond = authority && minor !== null && minor > authority.left.amount_minor;
    const mayGive = view.can("give") && !beyond;
    submit("give").hidden = submit("offer").hidden = !mayGive;
    submit("ask").hidden = !view.can("ask");
    submit("ask").classList.toggle("primary", !mayGive);
    whyField.hidden = !view.can("ask");
    if (open && beyond) read.textContent = `${format.money(minor)} · ${texts.remedy.beyond}`;
  }
  form.addEventListener("input", follow);
  follow();
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

function worth({ value, amount, percent }, texts) {
  if (amount) return amount.text;
  if (value === "percent") return `${percent} %`;
  return value === "open" ? texts.remedy.open : "";
}
