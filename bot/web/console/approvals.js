/** What an agent asked the supervisor for: to be decided, or to be told how it was decided. */

import { element } from "../shared/dom.js";
import { button, chip, field } from "./controls.js";
import { openDialog } from "./dialog.js";

const TONE = { open: "accent", approved: "good", declined: "bad" };

export function approvalItem(one, desk) {
  const { texts, format, me } = desk;
  const decides = me.agent.role === "supervisor" && one.state === "open";
  const title = one.remedy.title ?? one.remedy.name;
  return element(
    "li",
    { class: "approval" },
    element(
      "p",
      { class: "line" },
      element("strong", {}, title),
      one.amount ? element("span", { class: "worth" }, one.amount.text) : null,
      chip(texts.approvalState(one.state), TONE[one.state] ?? ""),
    ),
    element("p", { class: "why" }, one.why),
    element(
      "p",
      { class: "quiet" },
      element("a", { href: `#/case/${encodeURIComponent(one.reference)}` }, one.reference),
      ` · ${one.asked_by} · ${format.moment(one.asked_at)}`,
    ),
    one.state !== "open" && one.decided_by
      ? element("p", { class: "quiet" }, [texts.decidedBy(one.decided_by), one.answer].filter(Boolean).join(" "))
      : null,
    decides
      ? element(
          "p",
          { class: "line" },
          button({ text: texts.approve, kind: "small primary" }, () => decide(one, "approve", desk)),
          button({ text: texts.decline, kind: "small plain" }, () => askWhyNot(one, title, desk)),
        )
      : null,
  );
}

async function decide(one, decision, desk) {
  const answer = await desk.command(() => desk.api.post(`api/approvals/${one.id}`, { decision }));
  if (answer === null) return;
  desk.toasts.say(desk.texts.decided[decision]);
  desk.board.refresh();
  desk.board.changedCase(one.reference);
}

function askWhyNot(one, title, desk) {
  const { texts, api } = desk;
  const answer = element("textarea", { rows: "3", required: true, placeholder: texts.declining.example });
  openDialog({
    texts,
    title: texts.declining.title,
    lead: `${title}${one.amount ? ` · ${one.amount.text}` : ""}`,
    body: [field(texts.declining.answer, answer)],
    submits: [{ text: texts.decline, kind: "primary" }],
    onSubmit: async () => {
      await api.post(`api/approvals/${one.id}`, { decision: "decline", answer: answer.value.trim() });
      desk.toasts.say(texts.decided.decline);
      desk.board.refresh();
      desk.board.changedCase(one.reference);
    },
  });
}
