/** To a colleague, with a word about it: the same chat, and nothing is asked again. */

import { element } from "../shared/dom.js";
import { field, select } from "./controls.js";
import { openDialog } from "./dialog.js";

export function askTransfer({ texts, api, board, me }, view) {
  const owner = view.data.card.agent?.id;
  const here = new Map(board.agents.map((agent) => [agent.id, agent]));
  const colleagues = me.colleagues.filter(({ id }) => id !== owner);
  const options = colleagues.map(({ id, name, role }) => {
    const agent = here.get(id);
    const state = agent ? `${texts.presence(agent.presence)}, ${agent.load}/${agent.capacity}` : texts.presence("offline");
    return { value: id, text: `${name} · ${role === "supervisor" ? `${texts.role(role)} · ` : ""}${state}` };
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
      const body = { to: chosen.id, note: note.value.trim() };
      await api.post(`api/handoffs/${view.data.card.handoff}/transfer`, body);
      view.acted(texts.transfer.done(chosen.name));
    },
  });
}
