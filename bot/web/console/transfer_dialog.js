// @ts-check
/** Passes a case to a colleague, with a note: the customer's chat stays the same. */

import { element } from "../shared/dom.js";
import { field, select } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { Card } from "../shared/types.js" */
/** @import { CaseView } from "./case_view.js" */
/** @import { Workspace } from "./workspace.js" */

/**
 * @param {Workspace} workspace
 * @param {CaseView} view
 * @param {Card} card
 */
export function askTransfer({ texts, api, board, me }, view, card) {
  const atWork = new Map(board.agents.map((agent) => [agent.id, agent]));
  const colleagues = me.colleagues.filter(({ id }) => id !== card.agent?.id);
  const options = colleagues.map(({ id, name, role }) => {
    const agent = atWork.get(id);
    const state = agent
      ? `${texts.presence(agent.presence)}, ${agent.load}/${agent.capacity}`
      : texts.presence("offline");
    const parts = [name, role === "supervisor" ? texts.role(role) : null, state];
    return { value: id, text: parts.filter(Boolean).join(" · ") };
  });
  const to = select([{ value: "", text: texts.transfer.choose }, ...options], "", { required: true });
  const note = element("textarea", { rows: "4", required: true, placeholder: texts.transfer.example });
  openDialog({
    texts,
    title: texts.transfer.title,
    lead: texts.transfer.lead,
    body: [field(texts.transfer.to, to), field(texts.transfer.note, note)],
    submits: [{ text: texts.transfer.confirm }],
    onSubmit: async () => {
      const chosen = colleagues.find(({ id }) => String(id) === to.value);
      if (!chosen) return "stay";
      const body = { to: chosen.id, note: note.value.trim() };
      await api.post(`api/handoffs/${card.handoff}/transfer`, body);
      view.acted(texts.transfer.done(chosen.name));
    },
  });
}
