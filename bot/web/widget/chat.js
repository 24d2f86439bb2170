// @ts-check
/** The element <regalo-chat>: puts the parts together. Its shadow root keeps page and chat apart. */

import { Connection, socketUrl, UNNOTICED_LOSS_MS } from "../shared/connection.js";
import { element } from "../shared/dom.js";
import { Lightbox } from "../shared/lightbox.js";
import { ScrollView } from "../shared/scroll_view.js";
import { badgeTitle } from "../shared/title.js";
import { TypingIndicator } from "../shared/typing_indicator.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { MessageList } from "./message_list.js";
import { Panel } from "./panel.js";
import { PhotoLoader } from "./photo_loader.js";
import { Store } from "./store.js";
import { languageOf, textsFor } from "./texts.js";

/** @import { ConversationView } from "./conversation.js" */

/**
 * @typedef {{
 *   home: URL,
 *   language: string,
 *   customer: string | null,
 *   open: boolean,
 * }} Options what the embedding page says, and where the server is
 */

const GOOD_NEWS_MS = 3_000;
const DARK = "(prefers-color-scheme: dark)";

/** In the order of the cascade. */
const STYLES = [
  "shared/base",
  "shared/messages",
  "shared/photo_tray",
  "shared/lightbox",
  "widget/chat",
  "widget/messages",
  "widget/choices",
  "widget/composer",
];

class RegaloChat extends HTMLElement {
  #texts;
  #language;
  #store;
  #typing = new TypingIndicator();
  #lightbox;
  #scroll;
  #composer;
  #panel;
  #conversation;
  #everConnected = false;
  #unread = 0;
  /** @type {number | undefined} */
  #statusTimer;
  #lossShown = false;

  /** @param {Options} options */
  constructor({ home, language, customer }) {
    super();
    this.#language = languageOf(language);
    const texts = textsFor(this.#language);
    this.#texts = texts;
    this.#store = new Store(home.origin);
    this.#lightbox = new Lightbox(texts);
    const photos = new PhotoLoader({
      home,
      session: () => this.#store.session,
      language: this.#language,
      texts,
      lightbox: this.#lightbox,
    });
    const messages = new MessageList({
      texts,
      photos,
      onChoose: (choice) => this.#conversation.choose(choice),
    });
    this.#scroll = new ScrollView(
      texts,
      () => this.#read(),
      element("p", { class: "intro" }, texts.intro),
      messages.element,
      this.#typing.element,
    );
    this.#composer = new Composer({
      texts,
      photos,
      draft: this.#store.draft,
      connected: () => this.#conversation.connected,
      onSend: (content) => {
        this.#conversation.send(content);
        this.#scroll.toEnd();
      },
      onTyping: () => this.#conversation.sendTyping(),
      onDraft: (text) => (this.#store.draft = text),
    });
    this.#panel = new Panel({
      texts,
      content: [this.#scroll.element, this.#composer.element],
      onToggle: (isOpen) => this.#toggled(isOpen),
      onFiles: (files) => this.#composer.attach(files),
    });
    this.#panel.setOwner("bot");
    this.#conversation = new Conversation({
      store: this.#store,
      messages,
      view: this.#view(),
      language: this.#language,
      customer,
      connect: (hello) => new Connection(socketUrl("chat/socket", home), hello),
    });
  }

  /**
   * Show the chat once its styles are loaded.
   *
   * @param {Options} options
   */
  async start({ home, open }) {
    this.lang = this.#language;
    const root = this.attachShadow({ mode: "open" });
    await addStyles(root, home);
    root.append(...this.#panel.elements, this.#lightbox.element);

    document.addEventListener("visibilitychange", () => this.#read());
    document.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest("[data-regalo-open]")) this.#panel.open();
    });
    if (this.#store.open ?? open) this.#panel.open({ focus: false });
    // A returning visitor may have an answer waiting.
    else if (this.#store.session || this.#store.unsent.length) this.#connect();
  }

  /** @returns {ConversationView} */
  #view() {
    const isVisible = () => !document.hidden && this.#panel.isOpen && this.#scroll.atEnd;
    return {
      get visible() {
        return isVisible();
      },
      messageArrived: () => this.#messageArrived(),
      setOwner: (owner, name) => this.#panel.setOwner(owner, name),
      setTyping: (frame) => {
        if (frame === null) this.#typing.hide();
        else this.#typing.show(frame.author === "agent" ? this.#texts.typing.agent(frame.name) : this.#texts.typing.bot);
      },
      notify: (sentence) => this.#composer.notify(sentence),
      setConnected: (connected) => this.#setConnected(connected),
    };
  }

  #connect() {
    if (!this.#everConnected) this.#expectConnection();
    this.#conversation.start();
  }

  /** @param {boolean} isOpen */
  #toggled(isOpen) {
    this.#store.open = isOpen;
    if (!isOpen) return;
    this.#composer.fitHeight();
    this.#connect();
    this.#scroll.toEnd();
    this.#read();
  }

  #messageArrived() {
    this.#scroll.contentAdded();
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
    this.#conversation.reportSeen();
  }

  /** @param {boolean} connected */
  #setConnected(connected) {
    clearTimeout(this.#statusTimer);
    if (!connected) {
      this.#expectConnection();
      return;
    }
    const isBack = this.#lossShown && this.#everConnected;
    this.#everConnected = true;
    this.#panel.setStatus(isBack ? this.#texts.online : "", { good: true });
    this.#lossShown = false;
    this.#statusTimer = setTimeout(() => this.#panel.setStatus(""), GOOD_NEWS_MS);
    this.#composer.resume();
  }

  /** Say that there is no connection, unless it comes back soon. */
  #expectConnection() {
    clearTimeout(this.#statusTimer);
    const delay = navigator.onLine ? UNNOTICED_LOSS_MS : 0;
    this.#statusTimer = setTimeout(() => {
      this.#lossShown = true;
      this.#panel.setStatus(this.#texts.offline);
    }, delay);
  }
}

customElements.define("regalo-chat", RegaloChat);

/**
 * Add the chat to the page: once, however often the script is in it.
 *
 * @param {Options} options
 */
export function mount(options) {
  if (document.querySelector("regalo-chat")) return;
  const chat = new RegaloChat(options);
  document.body.append(chat);
  chat.start(options);
}

/**
 * Add the style sheets and wait for those that apply: nothing is shown without its style.
 *
 * @param {ShadowRoot} root
 * @param {URL} home
 */
async function addStyles(root, home) {
  const colors = addStyle(root, new URL("shared/colors.css", home));
  const dark = addStyle(root, new URL("shared/colors_dark.css", home), DARK);
  const others = STYLES.map((name) => addStyle(root, new URL(`${name}.css`, home)));
  await Promise.all([colors, ...others, matchMedia(DARK).matches ? dark : null]);
}

/**
 * @param {ShadowRoot} root
 * @param {URL} href
 * @param {string | null} [media]
 * @returns {Promise<unknown>} settled when the sheet has loaded, or could not be
 */
function addStyle(root, href, media = null) {
  const link = element("link", { rel: "stylesheet", href, media });
  root.append(link);
  return new Promise((resolve) => (link.onload = link.onerror = resolve));
}
