/** The keyboard's short ways. They are listed on "?", and single letters can be switched off there. */

import { looks } from "./storage.js";
import { showShortcuts } from "./shortcuts_dialog.js";

const GO_MS = 1_200; // "g" waits so long for its second letter
const WRITES = "input:not([type=radio], [type=checkbox]), textarea, select";

export const lettersAreOn = () => looks.read("letters") ?? true;

export function listenToKeys(desk, stage, lists) {
  let goes = 0;

  const step = (direction) => {
    const { stops } = lists;
    const here = stops.findIndex((link) => link === document.activeElement || link.hash === location.hash);
    const focused = stops.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : here;
    stops[from < 0 ? 0 : (from + direction + stops.length) % stops.length]?.focus();
  };
  const claim = () => {
    const focused = document.activeElement?.closest?.(".card")?.dataset.reference;
    const card = desk.board.queue.find((one) => one.reference === (focused ?? stage.reference));
    if (card) desk.claim(card);
  };
  const plain = {
    "?": () => showShortcuts(desk),
    "/": () => document.getElementById("search").focus(),
    j: () => step(1),
    k: () => step(-1),
    a: claim,
    r: () => stage.view?.write?.("reply"),
    n: () => stage.view?.write?.("note"),
    c: () => stage.view?.answers?.(),
    p: () => stage.view?.aside?.("packet"),
    h: () => stage.view?.aside?.("history"),
    g: () => (goes = Date.now()),
  };
  const afterG = {
    q: () => lists.focus("queue"),
    m: () => lists.focus("mine"),
    o: () => lists.focus("others"),
    ...(desk.me.agent.role === "supervisor" && {
      w: () => (location.hash = "#/wallboard"),
      a: () => (location.hash = "#/agents"),
    }),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // it has its own keys
    if (event.key === "Escape") return back(stage, lists);
    if (event.target.matches?.(WRITES) || !lettersAreOn()) return;
    const keys = Date.now() - goes < GO_MS ? afterG : plain;
    goes = 0;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}

/** One step out: from the drawer, from the text box, from the case to its place in the lists. */
function back(stage, lists) {
  if (stage.closeDrawer()) return;
  if (document.activeElement?.matches(WRITES)) return stage.focus();
  const here = lists.stops.find((link) => link.hash === location.hash);
  if (here) here.focus();
  else lists.focus();
}
