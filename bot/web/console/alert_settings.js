/** What the console may do to call me: sound, and the browser's notifications, which are asked for here only. */

import { element } from "../shared/dom.js";
import { button } from "./controls.js";
import { openDialog } from "./dialog.js";
import { icon } from "../shared/icons.js";

export function noticesButton(desk) {
  const { texts, alarm } = desk;
  const node = button({ kind: "bare", drawing: "alarm", label: texts.notices.title }, () => {
    showNotices(desk, show);
  });
  const show = () => node.replaceChildren(icon(alarm.muted ? "mute" : "alarm"));
  show();
  return node;
}

function showNotices({ texts, alarm }, onChange) {
  const sound = element("input", { type: "checkbox", checked: !alarm.muted });
  sound.addEventListener("change", () => {
    alarm.muted = !sound.checked;
    onChange();
  });
  const state = element("p", { class: "quiet", role: "status" });
  const ask = button({ text: texts.notices.ask, kind: "plain" }, async () => {
    if (alarm.permission === "default") await Notification.requestPermission();
    tell();
  });
  const tell = () => {
    state.textContent = texts.notices.states[alarm.permission];
    ask.hidden = alarm.permission !== "default";
  };
  tell();
  openDialog({
    texts,
    title: texts.notices.title,
    body: [element("label", { class: "check" }, sound, texts.notices.sound), state, ask],
    submits: [],
  });
}
