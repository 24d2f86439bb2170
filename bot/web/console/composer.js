/** Where the agent writes: to the customer, or a note that only the team sees. */

import { element } from "/widget/dom.js";
import { ACCEPTED } from "/widget/photos.js";
import { Tray } from "/widget/tray.js";
import { Answers, GAP } from "./answers.js";
import { button } from "./build.js";
import { Draft, returnToDraft } from "./drafts.js";
import { Known } from "./known.js";
import { TypingOut } from "./typing_out.js";

const MAX_LENGTH = 4096; // the server takes no more
const CHECK_MS = 600;
const MODES = ["reply", "note"];

export class Composer {
  #desk;
  #view;
  #draft;
  #box;
  #tray;
  #known;
  #answers;
  #typing;
  #notice = element("p", { class: "notice", role: "alert" });
  #modes = new Map();
  #send;
  #tools;
  #mode = "reply";
  #can = new Set();
  #check;
  #sendsWhenUploaded = false;

  /** `view`: the case's page, which knows the case's facts. */
  constructor(desk, view) {
    const { texts, papers } = desk;
    this.#desk = desk;
    this.#view = view;
    this.#draft = new Draft(papers, view.reference);
    this.#box = element("textarea", { rows: "2", enterkeyhint: "send", autocomplete: "off" });
    this.#typing = new TypingOut(desk, () => view.conversation);
    this.#tray = new Tray({
      photos: desk.photos.to(view.reference),
      texts,
      ready: () => desk.connection.connected,
      onUploaded: () => this.#sendsWhenUploaded && this.#submit(),
      notify: (sentence) => this.#notify(sentence),
    });
    this.#known = new Known({
      texts,
      onInsert: (value) => this.#insert(value),
      onSend: () => this.#submit({ confirmed: true }),
    });
    this.#answers = new Answers({
      answers: desk.me.answers,
      texts,
      language: () => view.language,
      values: () => view.values,
      onPick: (text) => this.#insert(text),
      onClose: () => this.#box.focus(),
    });
    this.element = this.#build();
    this.#listen();
    this.#setMode("reply");
  }

  /** What the server says that I may do here. */
  allow(can) {
    this.#can = new Set(can);
    const writes = { reply: this.#can.has("say"), note: this.#can.has("note") };
    for (const [mode, node] of this.#modes) node.hidden = !writes[mode];
    this.element.hidden = !writes.reply && !writes.note;
    if (!writes[this.#mode]) this.#setMode(writes.reply ? "reply" : "note");
    else if (writes.reply && this.#mode === "note" && !this.#draft.get("note") && !this.#chosen) this.#setMode("reply");
  }

  #chosen = false; // the agent chose to write a note

  write(mode) {
    if (this.element.hidden || this.#modes.get(mode).hidden) return;
    this.#chosen = mode === "note";
    this.#setMode(mode);
    this.#box.focus();
  }

  openAnswers() {
    if (!this.#can.has("say")) return;
    this.#setMode("reply");
    this.#answers.open();
  }

  /** A message came back: it stands in its box again. */
  takeBack(entry, known = null) {
    returnToDraft(this.#desk.papers, entry, known);
    this.#draft = new Draft(this.#desk.papers, this.#view.reference);
    this.#setMode(entry.kind);
    this.#box.focus();
  }

  resume() {
    this.#tray.resume();
  }

  leave() {
    clearTimeout(this.#check);
    this.#typing.stop();
  }

  #build() {
    const { texts } = this.#desk;
    for (const mode of MODES) {
      this.#modes.set(mode, button({ text: texts.modes[mode], kind: "mode", key: texts.modeKeys[mode] }, () => this.write(mode)));
    }
    this.#send = element("button", { type: "submit", class: "button primary" });
    const files = element("input", { type: "file", accept: ACCEPTED, multiple: true, hidden: true });
    files.addEventListener("change", () => {
      this.#attach(files.files);
      files.value = ""; // the same photo may be chosen again after it was removed
    });
    this.#tools = [
      button({ label: texts.attach, drawing: "upload", kind: "bare" }, () => files.click()),
      button({ label: texts.answers.title, drawing: "phrases", key: "c", kind: "bare" }, () => this.openAnswers()),
    ];
    return element(
      "form",
      { class: "composer", novalidate: true },
      this.#answers.element,
      element("div", { class: "modes", role: "group", "aria-label": texts.modes.name }, ...this.#modes.values()),
      this.#known.element,
      this.#tray.element,
      this.#box,
      this.#notice,
      element(
        "div",
        { class: "row" },
        ...this.#tools,
        element("span", { class: "hint quiet" }, texts.enterSends),
        this.#send,
      ),
      files,
    );
  }

  #listen() {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      this.#box.focus();
    });
    this.#box.addEventListener("keydown", (event) => {
      if (event.key === "/" && !this.#box.value && this.#mode === "reply") {
        event.preventDefault();
        return this.openAnswers();
      }
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length || this.#mode !== "reply") return;
      event.preventDefault();
      this.#attach(event.clipboardData.files);
    });
  }

  #setMode(mode) {
    const { texts } = this.#desk;
    this.#mode = mode;
    this.element.dataset.mode = mode;
    for (const [each, node] of this.#modes) node.setAttribute("aria-pressed", String(each === mode));
    this.#box.value = this.#draft.get(mode);
    this.#box.setAttribute("aria-label", texts.boxes[mode]);
    this.#box.placeholder = texts.boxes[mode];
    this.#send.textContent = texts.sends[mode];
    for (const tool of this.#tools) tool.hidden = mode === "note";
    this.#tray.element.classList.toggle("away", mode === "note");
    this.#known.show(mode === "reply" ? this.#draft.get("known") : null, true);
    this.#notify("");
    this.#fit();
  }

  #typed() {
    this.#fit();
    this.#notify("");
    this.#draft.set(this.#mode, this.#box.value);
    if (this.#mode === "note") return;
    this.#draft.set("known", null);
    this.#typing.touch(this.#box.value);
    clearTimeout(this.#check);
    this.#check = setTimeout(() => this.#ask(this.#box.value.trim()), CHECK_MS);
  }

  /** Does the draft ask for what is known? Not knowing is no reason to disturb. */
  async #ask(text) {
    if (!text || !this.#can.has("say")) return this.#known.show(null);
    const path = `api/cases/${encodeURIComponent(this.#view.reference)}/check`;
    const answer = await this.#desk.api.post(path, { text }).catch(() => null);
    if (answer && this.#box.value.trim() === text) this.#known.show(answer.known, false);
  }

  #attach(files) {
    this.#notify("");
    this.#tray.add(files);
  }

  #insert(text) {
    const { selectionStart, selectionEnd } = this.#box;
    this.#box.setRangeText(text, selectionStart, selectionEnd, "end");
    this.#box.focus();
    this.#typed();
    this.#selectGap();
  }

  /** True when a place is left to fill by hand; it is selected. */
  #selectGap() {
    const gap = GAP.exec(this.#box.value);
    if (gap) this.#box.setSelectionRange(gap.index, gap.index + gap[0].length);
    return gap !== null;
  }

  #submit({ confirmed = false } = {}) {
    const { texts, outbox } = this.#desk;
    const text = this.#box.value.trim();
    const isNote = this.#mode === "note";
    const length = [...text].length;
    if (!text && (isNote || (this.#tray.empty && !this.#draft.get("photos").length))) return;
    if (length > MAX_LENGTH) return this.#notify(texts.tooLong(MAX_LENGTH, length - MAX_LENGTH));
    if (this.#selectGap()) return this.#notify(texts.fillGap);
    if (!isNote && !this.#tray.uploaded) {
      this.#notify(texts.sendsAfterPhoto);
      this.#sendsWhenUploaded = true;
      return;
    }
    const photos = isNote ? [] : [...this.#draft.get("photos"), ...this.#tray.take()];
    clearTimeout(this.#check);
    this.#typing.stop();
    this.#draft.set(this.#mode, "");
    if (!isNote) {
      this.#draft.set("photos", []);
      this.#draft.set("known", null);
    }
    this.#chosen = false;
    outbox.put(this.#view.reference, { kind: this.#mode, text, photos, confirmed });
    this.#setMode(isNote && this.#can.has("say") ? "reply" : this.#mode);
  }

  #notify(sentence) {
    this.#sendsWhenUploaded = false; // whatever there is to say, let the agent read it first
    this.#notice.textContent = sentence;
  }

  #fit() {
    this.#box.style.height = "auto";
    if (this.#box.scrollHeight) this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }
}
