// @ts-check
/** The agent's page: creates the parts and carries the server's frames to each of them. */

import { Connection, socketUrl, UNNOTICED_LOSS_MS } from "../shared/connection.js";
import { element } from "../shared/dom.js";
import { Lightbox } from "../shared/lightbox.js";
import { badgeTitle } from "../shared/title.js";
import { Alerts } from "./alerts.js";
import { Refused } from "./api.js";
import { Board } from "./board.js";
import { CaseLists } from "./case_lists.js";
import { Format, startTicking } from "./format.js";
import { buildHeader } from "./header.js";
import { listenToKeys } from "./keyboard.js";
import { caseLink } from "./links.js";
import { Outbox } from "./outbox.js";
import { CasePhotos } from "./case_photos.js";
import { Router } from "./router.js";
import { spendingPauseBanner } from "./spending_pause.js";
import { agentStorage } from "./storage.js";
import { Toasts } from "./toasts.js";

/** @import { Card, ConsoleFrame, ConsoleRequest, Me } from "../shared/types.js" */
/** @import { Api } from "./api.js" */
/** @import { ConsoleTexts } from "./texts.js" */

const PING_MS = 20_000; // by its pings the server counts an agent as online

/** What every part of the page works with. */
export class Workspace {
  /** @type {string | null} the case that was claimed on this page: no news to this agent */
  claimedReference = null;

  /** @param {{ me: Me, api: Api, texts: ConsoleTexts }} options */
  constructor({ me, api, texts }) {
    this.me = me;
    this.api = api;
    this.texts = texts;
    this.format = new Format(texts, me.company);
    this.storage = agentStorage(me.agent.id);
    this.toasts = new Toasts(texts);
    this.lightbox = new Lightbox(texts);
    this.photos = new CasePhotos({ api, texts, lightbox: this.lightbox });
    this.board = new Board({ api, format: this.format });
    this.outbox = new Outbox({ api, texts, storage: this.storage, now: () => this.format.now() });
    this.connection = connectionFor(me);
    this.alerts = new Alerts(this);
  }

  get supervises() {
    return this.me.agent.role === "supervisor";
  }

  /**
   * Do what the server may refuse. A refusal is shown, and the result is null.
   *
   * @template Result
   * @param {() => Promise<Result>} work
   * @returns {Promise<NonNullable<Result> | true | null>} true when the work has no result
   */
  async command(work) {
    try {
      return (await work()) ?? true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.toasts.showError(this.texts.refusal(error));
      return null;
    }
  }

  /** @param {string} reference */
  openCase(reference) {
    location.hash = caseLink(reference);
  }

  /** @param {Card} card */
  async claim(card) {
    this.claimedReference = card.reference;
    if (await this.command(() => this.api.post(`api/handoffs/${card.handoff}/claim`))) {
      this.openCase(card.reference);
      this.board.caseChanged(card.reference);
    }
    this.board.refresh();
  }
}

/** @param {{ me: Me, api: Api, texts: ConsoleTexts }} options */
export function openWorkspace(options) {
  const workspace = new Workspace(options);
  const { board, connection, texts, me } = workspace;
  const router = new Router(workspace);
  const lists = new CaseLists(workspace);

  const offline = element("p", { class: "offline", role: "status" });
  document.body.append(
    element("a", { class: "skip", href: "#main" }, texts.skip),
    buildHeader(workspace),
    offline,
    spendingPauseBanner(workspace),
    element("div", { class: "workspace" }, lists.element, ...router.elements),
    workspace.toasts.element,
    workspace.alerts.element,
    workspace.lightbox.element,
  );
  document.title = `${texts.console} · ${me.company.name}`;

  board.addEventListener("change", () => badgeTitle(board.queue.length));
  connection.onFrame((frame) => receive(workspace, router, frame));
  watchConnection(workspace, router, offline);
  listenToKeys(workspace, router, lists);
  startTicking(workspace.format);
  board.refresh();
  connection.start();
  router.route();
}

/**
 * @param {Me} me
 * @returns {Connection<ConsoleRequest, ConsoleFrame>}
 */
function connectionFor(me) {
  /** @type {Connection<ConsoleRequest, ConsoleFrame>} */
  const connection = new Connection(socketUrl("/console/socket", location.href), () => ({
    type: "hello",
    csrf: me.csrf,
  }));
  setInterval(() => connection.send({ type: "ping" }, { replied: true }), PING_MS);
  return connection;
}

/**
 * @param {Workspace} workspace
 * @param {Router} router
 * @param {ConsoleFrame} frame
 */
function receive(workspace, router, frame) {
  if (frame.type === "signed_out") return workspace.api.onSignedOut();
  if (frame.type === "board" || frame.type === "case") workspace.board.refresh();
  router.receive(frame);
}

/**
 * @param {Workspace} workspace
 * @param {Router} router
 * @param {HTMLElement} offline
 */
function watchConnection(workspace, router, offline) {
  const { api, connection, me, texts } = workspace;
  /** @type {number | undefined} */
  let timer;
  connection.addEventListener("change", () => {
    clearTimeout(timer);
    if (connection.connected) {
      offline.textContent = "";
      workspace.board.refresh();
      router.reconnected();
      workspace.outbox.resume();
      return;
    }
    timer = setTimeout(() => {
      offline.textContent = texts.offline;
      // The socket does not say why it closed; this request does. A session that is over shows the sign-in
      // form; a new token means that the agent has signed in again in another tab.
      api.get("api/me").then(
        (now) => now.csrf !== me.csrf && location.reload(),
        () => {},
      );
    }, UNNOTICED_LOSS_MS);
  });
}
