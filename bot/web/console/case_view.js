// @ts-check
/** One case: the conversation, the packet beside it, and the composer, kept up to date by the server. */

import { element } from "../shared/dom.js";
import { ScrollView } from "../shared/scroll_view.js";
import { TypingIndicator } from "../shared/typing_indicator.js";
import { casePath, Refused } from "./api.js";
import { CaseHead } from "./case_head.js";
import { Composer } from "./composer.js";
import { Format } from "./format.js";
import { MessageList } from "./message_list.js";
import { PacketPanel } from "./packet_panel.js";
import { ReadReceipt } from "./read_receipt.js";
import { textsFor } from "./texts.js";

/** @import { Card, CaseData, ConsoleFrame, Message, Permission } from "../shared/types.js" */
/** @import { ComposerMode } from "./drafts.js" */
/** @import { PacketTab } from "./packet_panel.js" */
/** @import { Placeholders } from "./canned_answers.js" */
/** @import { Workspace } from "./workspace.js" */

const DEBOUNCE_MS = 150;
const RETRY_MS = 3_000;

export class CaseView {
  kind = "case";
  #workspace;
  /** @type {CaseData | null} */
  #data = null;
  #head;
  #messages;
  #scroll;
  #typing = new TypingIndicator();
  #composer;
  #packet;
  /** @type {number | undefined} */
  #refreshTimer;
  #readReceipt;
  #listeners = new AbortController();

  /**
   * @param {Workspace} workspace
   * @param {string} reference
   * @param {HTMLElement} aside holds the packet
   */
  constructor(workspace, reference, aside) {
    this.#workspace = workspace;
    this.reference = reference;
    this.#readReceipt = new ReadReceipt(workspace);
    this.#head = new CaseHead(workspace, this);
    this.#messages = new MessageList(workspace, (id) => {
      const entry = workspace.outbox.remove(id);
      if (entry) this.#composer.restore(entry);
    });
    this.#scroll = new ScrollView(workspace.texts, () => {}, this.#messages.element, this.#typing.element);
    this.#composer = new Composer(workspace, this);
    this.#packet = new PacketPanel(workspace, this, aside);
    this.element = element(
      "div",
      { class: "case" },
      this.#head.element,
      this.#scroll.element,
      this.#head.foot,
      this.#composer.element,
    );
    this.#listenToOutbox();
    this.#head.showLoading(workspace.board.find(reference));
    this.#showUnsent();
  }

  /** The conversation's id, once the case is loaded. */
  get conversation() {
    return this.#data?.case.conversation ?? null;
  }

  get language() {
    return this.#data?.case.language ?? this.#workspace.me.agent.language;
  }

  /** The case as it was fetched last; the actions on it are there only once it is loaded. */
  get data() {
    if (this.#data === null) throw new Error(`${this.reference} is not loaded yet`);
    return this.#data;
  }

  /** @param {Permission} permission */
  can(permission) {
    return this.#data?.can.includes(permission) ?? false;
  }

  /**
   * What the canned answers are filled with, written in the customer's language.
   *
   * @returns {Placeholders}
   */
  get placeholders() {
    const { me } = this.#workspace;
    const { packet, case: complaint } = this.data;
    const format = new Format(textsFor(this.language), me.company);
    const order = packet.orders.find(({ is_this: isThis }) => isThis);
    const due = packet.promises
      .filter((promise) => promise.state === "open")
      .map((promise) => promise.due_at)
      .sort()[0];
    return {
      customer: packet.customer?.name ?? complaint.customer ?? undefined,
      agent: me.agent.name,
      reference: complaint.reference,
      order: order?.number ?? packet.facts.find((fact) => fact.name === "order_number")?.value,
      due: due && format.moment(due),
    };
  }

  shown() {
    this.refresh(0);
  }

  /** @param {number} [delay] milliseconds */
  refresh(delay = DEBOUNCE_MS) {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => this.#fetch(), delay);
  }

  reconnected() {
    this.#watch();
    this.#composer.resume();
    this.refresh();
  }

  /**
   * Send a command on this case, then fetch what it changed. Return false when it was refused.
   *
   * @param {string} path
   * @param {object} body
   * @param {string | null} [done] what to say of it
   */
  async act(path, body, done = null) {
    const answer = await this.#workspace.command(() => this.#workspace.api.post(path, body));
    if (answer === null) return false;
    this.acted(done);
    return true;
  }

  /**
   * A command has changed this case.
   *
   * @param {string | null} done what to say of it
   */
  acted(done) {
    if (done) this.#workspace.toasts.show(done);
    this.refresh();
    this.#workspace.board.refresh();
  }

  /** @param {ConsoleFrame} frame */
  receive(frame) {
    if (!("conversation" in frame) || frame.conversation !== this.conversation) return;
    switch (frame.type) {
      case "case":
        return this.refresh();
      case "message":
        return this.#messageArrived(frame.message);
      case "typing":
        if (frame.on && frame.author === "customer") this.#typing.show(this.#workspace.texts.customerTypes);
        else this.#typing.hide();
        return;
      case "delivery":
        return this.#messages.setDelivery(frame.seq, frame.state);
      case "spent":
        return this.#messages.setSpent(frame.seq, frame.chosen);
    }
  }

  /** @param {ComposerMode} mode */
  write(mode) {
    this.#composer.write(mode);
  }

  openCannedAnswers() {
    this.#composer.openCannedAnswers();
  }

  /** @param {PacketTab} tab */
  openPacket(tab) {
    this.#packet.open(tab);
  }

  /** Close the packet's drawer. Return false when none was open. */
  closeDrawer() {
    return this.#packet.close();
  }

  leave() {
    this.#listeners.abort();
    clearTimeout(this.#refreshTimer);
    this.#readReceipt.stop();
    this.#composer.leave();
    this.#packet.leave();
    this.#workspace.connection.send({ type: "watch", conversation: null });
  }

  /**
   * The packet has come into the agent's sight, or gone out of it.
   *
   * @param {boolean} visible
   */
  setPacketVisible(visible) {
    this.#readReceipt.setVisible(visible, this.#card);
  }

  /** @returns {Card | null} */
  get #card() {
    return this.#data?.card ?? null;
  }

  #listenToOutbox() {
    const { outbox } = this.#workspace;
    const { signal } = this.#listeners;
    const isMine = (/** @type {{ reference: string }} */ { reference }) => reference === this.reference;
    outbox.on("change", signal, (detail) => isMine(detail) && this.#showUnsent());
    outbox.on("sent", signal, (detail) => {
      if (!isMine(detail)) return;
      if (detail.entry.kind === "note") this.#messages.addNote(detail.answer);
      else this.#messageArrived(detail.answer.message);
    });
    outbox.on("known", signal, (detail) => {
      if (isMine(detail)) this.#composer.restore(detail.entry, detail.known);
    });
  }

  #showUnsent() {
    const unsent = this.#workspace.outbox.entriesOf(this.reference);
    this.#messages.showUnsent(unsent);
    if (unsent.length) this.#scroll.toEnd();
  }

  /** @param {Message} message */
  #messageArrived(message) {
    if (message.author === "customer") this.#typing.hide();
    this.#messages.add(message);
    this.#scroll.contentAdded();
  }

  async #fetch() {
    try {
      this.#show(await this.#workspace.api.get(casePath(this.reference)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.isPassing) this.refresh(RETRY_MS);
      else this.#head.showRefusal(this.#workspace.texts.refusal(error));
    }
  }

  /** @param {CaseData} data */
  #show(data) {
    const isFirst = this.#data === null;
    this.#data = data;
    this.#head.show(data);
    this.#messages.show(data.messages, data.notes);
    this.#composer.setPermissions(data.can);
    this.#packet.show(data);
    if (!isFirst) return;
    this.#watch();
    this.#scroll.toEnd();
    if (this.#readReceipt.isDue(data.card)) this.#packet.open("packet", { focus: false });
  }

  #watch() {
    if (this.conversation) this.#workspace.connection.send({ type: "watch", conversation: this.conversation });
  }
}
