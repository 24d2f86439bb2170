// @ts-check
/** How the console may alert the agent: by a sound, and by the browser's notifications. */

import { element } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { button, checkField } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { Workspace } from "./workspace.js" */

/** @param {Workspace} workspace */
export function alertsButton(workspace) {
  const { texts, alerts } = workspace;
  const node = button({ kind: "bare", icon: "alert", label: texts.alertSettings.title }, () => {
    showAlertSettings(workspace, update);
  });
  const update = () => node.replaceChildren(icon(alerts.muted ? "mute" : "alert"));
  update();
  return node;
}

/**
 * @param {Workspace} workspace
 * @param {() => void} onChange
 */
function showAlertSettings({ texts, alerts }, onChange) {
  const words = texts.alertSettings;
  const sound = element("input", { type: "checkbox", checked: !alerts.muted });
  sound.addEventListener("change", () => {
    alerts.muted = !sound.checked;
    onChange();
  });
  const state = element("p", { class: "quiet", role: "status" });
  const ask = button({ text: words.ask, kind: "plain" }, async () => {
    if (alerts.permission === "default") await Notification.requestPermission();
    update();
  });
  const update = () => {
    state.textContent = words.states[alerts.permission];
    ask.hidden = alerts.permission !== "default";
  };
  update();
  openDialog({
    texts,
    title: words.title,
    body: [checkField(sound, words.sound), state, ask],
    submits: [],
  });
}
