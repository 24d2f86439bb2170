/** The banner that the assistant's spending stands still; supervisors let it go on from here. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

export function pauseBanner(desk) {
  const { texts, me, format, board } = desk;
  const banner = element("div", { class: "paused", role: "status" });
  let shown = null;
  board.addEventListener("change", () => {
    const { pause } = board;
    if (shown === (pause?.at ?? null)) return;
    shown = pause?.at ?? null;
    banner.replaceChildren(...(pause ? tell(pause) : []));
  });

  function tell(pause) {
    const words = element("p", {}, texts.paused(texts.pauseReason(pause.reason), format.moment(pause.at)));
    if (me.agent.role !== "supervisor") return [words];
    return [words, button({ text: texts.resume, kind: "small primary" }, resume)];
  }

  async function resume() {
    if ((await desk.command(() => desk.api.post("api/spending/resume"))) === null) return;
    desk.toasts.say(texts.resumed);
    board.refresh();
  }

  return banner;
}
