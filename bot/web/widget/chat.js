/** The element <regalo-chat>: puts the parts together. Its shadow root keeps page and chat apart. */

import { Composer } from "./composer.js";
import { Connection } from "../shared/connection.js";
import { Conversation } from "./conversation.js";
import { element } from "../shared/dom.js";
import { Lightbox } from "../shared/lightbox.js";
import { Messages } from "./message_list.js";
import { Panel } from "./panel.js";
import { Photos } from "./photo_loader.js";
import { Scroll } from "../shared/scroll_view.js";
import { Store } from "./store.js";
import { languageOf, textsFor } from "./texts.js";
import { badgeTitle } from "../shared/title.js";
import { Typing } from "../shared/typing_indicator.js";

// A reconnection within this time goes unnoticed, and so it should.
const NOTICE_AFTER_MS = 1_500;
const GOOD_NEWS_MS = 3_000;

const STYLES = ["widget/chat", "widget/messages", "widget/choices", "widget/composer", "shared/lightbox"];

/** Add a style sheet and wait for it: nothing is shown undressed. */
function dress(root, href) {
  const link = element("link", { rel: "stylesheet", href });
  root.append(link);
  return new Promise((resolve) => (link.onload = link.onerror = resolve));
}

class RegaloChat extends HTMLElement {
  #texts;
  #panel;
  #scroll;
  #typing;
  #composer;
  #conversation;
  #everConnected = false;
  #unread = 0;
  #notice;
  #noticed = false; // the customer was told that there is no connection

  async start({ home, language, customer, open }) {
    const spoken = languageOf(language);
    const texts = textsFor(spoken);
    const store = new Store(home.origin);
    this.#texts = texts;
    this.lang = spoken;

    const lightbox = new Lightbox(texts);
    const photos = new Photos({ home, session: () => store.session, language: spoken, texts, lightbox });
    const messages = new Messages({
      texts,
      photos,
      onChoose: (choice) => this.#conversation.choose(choice),
    });
    this.#typing = new Typing(texts);
    this.#scroll = new Scroll(
      texts,
      () => this.#read(),
      element("p", { class: "intro" }, texts.intro),
      messages.element,
      this.#typing.element,
    );
    this.#composer = new Composer({
      texts,
      photos,
      draft: store.draft,
      ready: () => this.#conversation.connected,
      onSend: (content) => {
        this.#conversation.say(content);
        this.#scroll.toEnd();
      },
      onTyping: () => this.#conversation.typing(),
      onDraft: (text) => (store.draft = text),
    });
    this.#panel = new Panel({
      texts,
      content: [this.#scroll.element, this.#composer.element],
      onToggle: (isOpen) => this.#toggled(isOpen, store),
      onFiles: (files) => this.#composer.attach(files),
    });
    this.#panel.setOwner("bot");

    const root = this.attachShadow({ mode: "open" });
    await Promise.all(STYLES.map((name) => dress(root, new URL(`${name}.css`, home))));
    root.append(...this.#panel.elements, lightbox.element);

    const address = new URL("chat/socket", home);
    address.protocol = address.protocol.replace("http", "ws");
    this.#conversation = new Conversation({
      store,
      messages,
      view: this.#view(),
      language: spoken,
      customer,
      connect: (hello) => new Connection(address, hello),
    });

    document.addEventListener("visibilitychange", () => this.#read());
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-regalo-open]")) this.#panel.open();
    });
    if (store.open ?? open) this.#panel.open({ focus: false });
    // Whoever has been here before may have an answer waiting.
    else if (store.session || store.unsent.length) this.#connect();
  }

  /** What the conversation may do to the rest of the chat. */
  #view() {
    const chat = this;
    return {
      get visible() {
        return !document.hidden && chat.#panel.isOpen && chat.#scroll.atEnd;
      },
      arrived: () => chat.#arrived(),
      setOwner: (owner, name) => chat.#panel.setOwner(owner, name),
      setTyping: (frame) => (frame ? chat.#typing.show(frame.author, frame.name) : chat.#typing.hide()),
      notify: (sentence) => chat.#composer.notify(sentence),
      connected: (yes) => chat.#connected(yes),
    };
  }

  #connect() {
    if (!this.#everConnected) this.#expectConnection();
    this.#conversation.start();
  }

  #toggled(isOpen, store) {
    store.open = isOpen;
    if (!isOpen) return;
    this.#composer.fit();
    this.#connect();
    this.#scroll.toEnd();
    this.#read();
  }

  #arrived() {
    this.#scroll.grown();
    if (!document.hidden && this.#panel.isOpen) return;
    this.#unread += 1;
    this.#panel.setUnread(this.#unread);
    if (document.hidden) badgeTitle(this.#unread);
  }

  #read() {
    if (!document.hidden) badgeTitle(0);
    if (document.hidden || !this.#panel.isOpen) return;
    this.#unread = 0;
    this.#panel.setUnread(0);
    this.#conversation.read();
  }

  #connected(yes) {
    clearTimeout(this.#notice);
    if (!yes) {
      this.#expectConnection();
      return;
    }
    const missed = this.#noticed && this.#everConnected;
    this.#everConnected = true;
    this.#panel.setStatus(missed ? this.#texts.online : "", { good: true });
    this.#noticed = false;
    this.#notice = setTimeout(() => this.#panel.setStatus(""), GOOD_NEWS_MS);
    this.#composer.resume();
  }

  #expectConnection() {
    clearTimeout(this.#notice);
    const delay = navigator.onLine ? NOTICE_AFTER_MS : 0;
    this.#notice = setTimeout(() => {
      this.#noticed = true;
      this.#panel.setStatus(this.#texts.offline);
    }, delay);
  }
}

customElements.define("regalo-chat", RegaloChat);

/** One chat a page, however often the script stands in it. */
export function mount(options) {
  if (document.querySelector("regalo-chat")) return;
  const chat = document.createElement("regalo-chat");
  document.body.append(chat);
  chat.start(options);
}
