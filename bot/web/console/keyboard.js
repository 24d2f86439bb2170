// @ts-check
/** The keyboard shortcuts. They are listed on "?", and single letters can be switched off there. */

import { showShortcuts } from "./shortcuts_dialog.js";
import { preferences } from "./storage.js";

/** @import { CaseLists } from "./case_lists.js" */
/** @import { Router } from "./router.js" */
/** @import { Workspace } from "./workspace.js" */

const SECOND_LETTER_MS = 1_200; // "g" waits so long for its second letter
const EDITABLE = "input:not([type=radio], [type=checkbox]), textarea, select";

/**
 * @param {Workspace} workspace
 * @param {Router} router
 * @param {CaseLists} lists
 */
export function listenToKeys(workspace, router, lists) {
  let prefixAt = 0; // when "g" was pressed

  /** @param {1 | -1} direction */
  const moveFocus = (direction) => {
    const links = lists.caseLinks;
    const focused = links.findIndex((link) => link === document.activeElement);
    const from = focused >= 0 ? focused : links.findIndex((link) => link.hash === location.hash);
    links[from < 0 ? 0 : (from + direction + links.length) % links.length]?.focus();
  };
  const claim = () => {
    /** @type {HTMLElement | null | undefined} */
    const focused = document.activeElement?.closest(".card");
    const reference = focused?.dataset.reference ?? router.caseView?.reference;
    const card = workspace.board.queue.find((waiting) => waiting.reference === reference);
    if (card) workspace.claim(card);
  };
  /** @type {Map<string, () => void>} */
  const actions = new Map([
    ["?", () => showShortcuts(workspace)],
    ["/", () => document.getElementById("search")?.focus()],
    ["j", () => moveFocus(1)],
    ["k", () => moveFocus(-1)],
    ["a", claim],
    ["r", () => router.caseView?.write("reply")],
    ["n", () => router.caseView?.write("note")],
    ["c", () => router.caseView?.openCannedAnswers()],
    ["p", () => router.caseView?.openPacket("packet")],
    ["h", () => router.caseView?.openPacket("history")],
    ["g", () => (prefixAt = Date.now())],
  ]);
  /** @type {Map<string, () => void>} */
  const actionsAfterG = new Map([
    ["q", () => lists.focus("queue")],
    ["m", () => lists.focus("mine")],
    ["o", () => lists.focus("others")],
  ]);
  if (workspace.supervises) {
    actionsAfterG.set("w", () => (location.hash = "#/wallboard"));
    actionsAfterG.set("a", () => (location.hash = "#/agents"));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // it has its own keys
    if (event.key === "Escape") return stepBack(router, lists);
    const isEditable = event.target instanceof Element && event.target.matches(EDITABLE);
    if (isEditable || !(preferences.getJson("letters") ?? true)) return;
    const possible = Date.now() - prefixAt < SECOND_LETTER_MS ? actionsAfterG : actions;
    prefixAt = 0;
    const action = possible.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/**
 * One step out: of the drawer, of the text box, of the case to its place in the lists.
 *
 * @param {Router} router
 * @param {CaseLists} lists
 */
function stepBack(router, lists) {
  if (router.caseView?.closeDrawer()) return;
  if (document.activeElement?.matches(EDITABLE)) return router.focus();
  const open = lists.caseLinks.find((link) => link.hash === location.hash);
  if (open) open.focus();
  else lists.focus();
}
