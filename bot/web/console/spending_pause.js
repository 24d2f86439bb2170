// @ts-check
/** The banner that the assistant's spending is paused; supervisors resume it here. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";

/** @import { BoardData } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

/** @param {Workspace} workspace */
export function spendingPauseBanner(workspace) {
  const { texts, format, board, supervises } = workspace;
  const banner = element("div", { class: "paused", role: "status" });
  /** @type {string | null} */
  let shownSince = null;
  board.addEventListener("change", () => {
    const { pause } = board;
    if (shownSince === (pause?.at ?? null)) return;
    shownSince = pause?.at ?? null;
    banner.replaceChildren(...(pause ? content(pause) : []));
  });

  /** @param {NonNullable<BoardData["pause"]>} pause */
  function content(pause) {
    const words = element("p", {}, texts.paused(texts.pauseReason(pause.reason), format.moment(pause.at)));
    if (!supervises) return [words];
    return [words, button({ text: texts.resume, kind: "small primary" }, resume)];
  }

  async function resume() {
    if ((await workspace.command(() => workspace.api.post("api/spending/resume"))) === null) return;
    workspace.toasts.show(texts.resumed);
    board.refresh();
  }

  return banner;
}
