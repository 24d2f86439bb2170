/** The desk of an agent: puts the parts together and carries what the server says to each of them. */

import { Connection } from "../shared/connection.js";
import { element } from "../shared/dom.js";
import { Lightbox } from "../shared/lightbox.js";
import { badgeTitle } from "../shared/title.js";
import { Alarm } from "./alerts.js";
import { Board } from "./board.js";
import { Format, startTicking } from "./format.js";
import { buildHeader } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import { Lists } from "./case_lists.js";
import { Outbox } from "./outbox.js";
import { Photos } from "./case_photos.js";
import { pauseBanner } from "./spending_pause.js";
import { papersOf } from "./storage.js";
import { Stage } from "./router.js";
import { Toasts } from "./toasts.js";

const PING_MS = 20_000; // the server counts us as online by it
const NOTICE_AFTER_MS = 1_500; // a reconnection within this time goes unnoticed, and so it should

export function openDesk({ me, api, texts }) {
  const { company } = me;
  const format = new Format(texts, company);
  const lightbox = new Lightbox(texts);
  const desk = { me, api, texts, format, papers: papersOf(me.agent.id), toasts: new Toasts(texts) };
  desk.photos = new Photos({ api, texts, lightbox });
  desk.board = new Board(desk);
  desk.outbox = new Outbox(desk);
  desk.alarm = new Alarm(desk);
  desk.connection = connect(me);
  desk.command = (work) => command(desk, work);
  const stage = new Stage(desk);
  desk.open = (reference) => (location.hash = `#/case/${encodeURIComponent(reference)}`);
  desk.claim = (card) => claim(desk, card);
  const lists = new Lists(desk);

  const offline = element("p", { class: "offline", role: "status" });
  document.body.append(
    element("a", { class: "skip", href: "#main" }, texts.skip),
    buildHeader(desk),
    offline,
    pauseBanner(desk),
    element("div", { class: "desk" }, lists.element, ...stage.elements),
    desk.toasts.element,
    desk.alarm.element,
    lightbox.element,
  );
  document.title = `${texts.console} · ${company.name}`;

  desk.board.addEventListener("change", () => badgeTitle(desk.board.queue.length));
  desk.connection.addEventListener("frame", ({ detail }) => receive(desk, stage, detail));
  watchConnection(desk, stage, offline);
  listenToKeys(desk, stage, lists);
  startTicking(format);
  desk.board.refresh();
  desk.connection.start();
  stage.route();
}

function connect(me) {
  const url = new URL("/console/socket", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const connection = new Connection(url, () => ({ type: "hello", csrf: me.csrf }));
  setInterval(() => connection.send({ type: "ping" }, { replied: true }), PING_MS);
  return connection;
}

function receive(desk, stage, frame) {
  switch (frame.type) {
    case "board":
      return desk.board.refresh();
    case "case": // and so perhaps its card
      desk.board.refresh();
      return stage.receive(frame);
    case "approval":
      desk.board.refresh();
      return stage.receive(frame);
    case "signed_out":
      return desk.api.onSignedOut();
    default:
      return stage.receive(frame);
  }
}

function watchConnection(desk, stage, offline) {
  const { connection, texts } = desk;
  let notice;
  connection.addEventListener("change", () => {
    clearTimeout(notice);
    if (connection.connected) {
      offline.textContent = "";
      desk.board.refresh();
      stage.reconnected();
      return desk.outbox.resume();
    }
    // What the socket's end does not tell, this request does: a session that is over shows the door.
    notice = setTimeout(() => {
      offline.textContent = texts.offline;
      const again = (now) => now.csrf !== desk.me.csrf && location.reload(); // signed in anew elsewhere
      desk.api.get("api/me").then(again, () => {});
    }, NOTICE_AFTER_MS);
  });
}

/** Do what may be refused; a refusal is told, and the answer is null. */
async function command(desk, work) {
  try {
    return (await work()) ?? true;
  } catch (error) {
    if (error.status === undefined) throw error;
    desk.toasts.warn(desk.texts.refusal(error));
    return null;
  }
}

async function claim(desk, card) {
  desk.claimed = card.reference; // no news to whoever did it
  if (await desk.command(() => desk.api.post(`api/handoffs/${card.handoff}/claim`))) {
    desk.open(card.reference);
    desk.board.changedCase(card.reference);
  }
  desk.board.refresh();
}
