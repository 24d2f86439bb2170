// @ts-check
/** What an agent asked a supervisor to authorize: to be decided, or with the decision. */

import { element } from "../shared/dom.js";
import { button, chip, field } from "./controls.js";
import { openDialog } from "./dialog.js";
import { caseAnchor } from "./links.js";

/** @import { Approval } from "../shared/types.js" */
/** @import { Tone } from "./controls.js" */
/** @import { Workspace } from "./workspace.js" */

/** @type {Record<Approval["state"], Tone>} */
const TONES = { open: "accent", approved: "good", declined: "bad" };

/**
 * @param {Approval} approval
 * @param {Workspace} workspace
 */
export function approvalItem(approval, workspace) {
  const { texts, format } = workspace;
  const { remedy, amount, state } = approval;
  const isOpen = state === "open";
  const decision = [approval.decided_by && texts.decidedBy(approval.decided_by), approval.answer];
  return element(
    "li",
    { class: "approval" },
    element(
      "p",
      { class: "line" },
      element("strong", {}, remedy.title),
      amount ? element("span", { class: "worth" }, amount.text) : null,
      chip(texts.approvalState(state), TONES[state]),
    ),
    element("p", { class: "why" }, approval.why),
    element(
      "p",
      { class: "quiet" },
      caseAnchor(approval.reference),
      ` · ${approval.asked_by} · ${format.moment(approval.asked_at)}`,
    ),
    !isOpen && approval.decided_by
      ? element("p", { class: "quiet" }, decision.filter(Boolean).join(" "))
      : null,
    isOpen && workspace.supervises
      ? element(
          "p",
          { class: "line" },
          button({ text: texts.approve, kind: "small primary" }, () => approve(approval, workspace)),
          button({ text: texts.decline, kind: "small plain" }, () => askDecline(approval, workspace)),
        )
      : null,
  );
}

/**
 * @param {Approval} approval
 * @param {Workspace} workspace
 */
async function approve(approval, workspace) {
  const body = { decision: "approve" };
  const answer = await workspace.command(() => workspace.api.post(`api/approvals/${approval.id}`, body));
  if (answer !== null) decided(approval, workspace.texts.decided.approve, workspace);
}

/**
 * @param {Approval} approval
 * @param {Workspace} workspace
 */
function askDecline(approval, workspace) {
  const { texts, api } = workspace;
  const answer = element("textarea", { rows: "3", required: true, placeholder: texts.declining.example });
  openDialog({
    texts,
    title: texts.declining.title,
    lead: [approval.remedy.title, approval.amount?.text].filter(Boolean).join(" · "),
    body: [field(texts.declining.answer, answer)],
    submits: [{ text: texts.decline, kind: "primary" }],
    onSubmit: async () => {
      await api.post(`api/approvals/${approval.id}`, { decision: "decline", answer: answer.value.trim() });
      decided(approval, texts.decided.decline, workspace);
    },
  });
}

/**
 * @param {Approval} approval
 * @param {string} sentence
 * @param {Workspace} workspace
 */
function decided({ reference }, sentence, { toasts, board }) {
  toasts.show(sentence);
  board.refresh();
  board.caseChanged(reference);
}
