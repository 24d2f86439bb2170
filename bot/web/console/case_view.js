/** One case on the desk: the conversation in the middle, the packet beside it, kept up to date by the server. */

import { element } from "../shared/dom.js";
import { Scroll } from "../shared/scroll_view.js";
import { Typing } from "../shared/typing_indicator.js";
import { CaseHead } from "./case_head.js";
import { Composer } from "./composer.js";
import { Format } from "./format.js";
import { Packet } from "./packet_panel.js";
import { Reading } from "./read_receipt.js";
import { textsFor } from "./texts.js";
import { Thread } from "./message_list.js";

const DEBOUNCE_MS = 150;

export class CaseView {
  static kind = "case";
  #desk;
  #data = null;
  #head;
  #thread;
  #scroll;
  #typing;
  #composer;
  #packet;
  #refreshing;
  #reading;
  #listeners = new AbortController();

  constructor(desk, reference, aside) {
    this.#desk = desk;
    this.reference = reference;
    const { texts } = desk;
    this.#reading = new Reading(desk);
    this.#head = new CaseHead(desk, this);
    this.#thread = new Thread(desk, (id) => this.#composer.takeBack(desk.outbox.take(id)));
    this.#typing = new Typing({ typing: { customer: texts.customerTypes } });
    this.#scroll = new Scroll(texts, () => {}, this.#thread.element, this.#typing.element);
    this.#composer = new Composer(desk, this);
    this.#composer.element.hidden = true;
    this.#packet = new Packet(desk, this, aside);
    this.element = element(
      "div",
      { class: "case" },
      this.#head.element,
      this.#scroll.element,
      this.#head.foot,
      this.#composer.element,
    );
    this.#listen();
    this.#head.expect(desk.board.find(reference));
    this.#showUnsent();
  }

  get conversation() {
    return this.#data?.case.conversation ?? null;
  }

  get language() {
    return this.#data?.case.language ?? this.#desk.me.agent.language;
  }

  get data() {
    return this.#data;
  }

  can(what) {
    return this.#data?.can.includes(what) ?? false;
  }

  /** What the ready answers are filled with, written in the customer's language. */
  get values() {
    const { me } = this.#desk;
    const { packet, case: told } = this.#data;
    const format = new Format(textsFor(this.language), me.company);
    const order = packet.orders.find((one) => one.is_this) ?? null;
    const due = packet.promises.filter((one) => one.state === "open").map((one) => one.due_at).sort()[0];
    return {
      customer: packet.customer?.name ?? told.customer ?? undefined,
      agent: me.agent.name,
      reference: told.reference,
      order: order?.number ?? packet.facts.find((fact) => fact.name === "order_number")?.value,
      due: due && format.moment(due),
    };
  }

  shown() {
    this.refresh(0);
  }

  refresh(patience = DEBOUNCE_MS) {
    clearTimeout(this.#refreshing);
    this.#refreshing = setTimeout(() => this.#fetch(), patience);
  }

  reconnected() {
    this.#watch();
    this.#composer.resume();
    this.refresh();
  }

  /** Do one of the commands on this case; what it changes is fetched. False when it was refused. */
  async act(path, body, done = null) {
    const answer = await this.#desk.command(() => this.#desk.api.post(path, body));
    if (answer === null) return false;
    this.acted(done);
    return true;
  }

  acted(done) {
    if (done) this.#desk.toasts.say(done);
    this.refresh();
    this.#desk.board.refresh();
  }

  receive(frame) {
    if (frame.type === "approval") return frame.approval.reference === this.reference && this.refresh();
    if (!this.conversation || frame.conversation !== this.conversation) return;
    switch (frame.type) {
      case "case":
        return this.refresh();
      case "message":
        return this.#arrive(frame.message);
      case "typing":
        return frame.on && frame.author === "customer" ? this.#typing.show("customer") : this.#typing.hide();
      case "delivery":
        return this.#thread.deliver(frame.seq, frame.state);
      case "spent":
        return this.#thread.spend(frame.seq, frame.chosen);
    }
  }

  write(mode) {
    this.#composer.write(mode);
  }

  answers() {
    this.#composer.openAnswers();
  }

  aside(tab) {
    this.#packet.open(tab);
  }

  closeDrawer() {
    return this.#packet.close();
  }

  leave() {
    this.#listeners.abort();
    clearTimeout(this.#refreshing);
    this.#reading.stop();
    this.#composer.leave();
    this.#packet.leave();
    this.#desk.connection.send({ type: "watch", conversation: null });
  }

  /** The packet is, or is no longer, before the agent's eyes. */
  packetSeen(seen) {
    this.#reading.seen(seen, this.#data?.card);
  }

  #listen() {
    const { outbox } = this.#desk;
    const on = (type, listener) => {
      outbox.addEventListener(type, ({ detail }) => detail.reference === this.reference && listener(detail), {
        signal: this.#listeners.signal,
      });
    };
    on("change", () => this.#showUnsent());
    on("sent", ({ entry, answer }) => (entry.kind === "note" ? this.#thread.addNote(answer) : this.#arrive(answer.message)));
    on("known", ({ entry, known }) => this.#composer.takeBack(entry, known));
  }

  #showUnsent() {
    const unsent = this.#desk.outbox.of(this.reference);
    this.#thread.showUnsent(unsent);
    if (unsent.length) this.#scroll.toEnd();
  }

  #arrive(message) {
    if (message.author === "customer") this.#typing.hide();
    this.#thread.add(message);
    this.#scroll.grown();
  }

  async #fetch() {
    try {
      this.#show(await this.#desk.api.get(`api/cases/${encodeURIComponent(this.reference)}`));
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.passes) return this.refresh(3_000);
      this.#head.refuse(this.#desk.texts.refusal(error));
    }
  }

  #show(data) {
    const isFirst = this.#data === null;
    this.#data = data;
    this.#head.show(data);
    this.#thread.show(data.messages, data.notes);
    this.#composer.allow(data.can);
    this.#packet.show(data);
    if (isFirst) {
      this.#watch();
      this.#scroll.toEnd();
      if (this.#reading.isDue(data.card)) this.#packet.open("packet", { focus: false });
    }
  }

  #watch() {
    if (this.conversation) this.#desk.connection.send({ type: "watch", conversation: this.conversation });
  }
}
