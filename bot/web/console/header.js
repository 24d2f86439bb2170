// @ts-check
/** The head of the page: views, search, the agent's presence, how the console looks, signing out. */

import { element, screenReaderText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { alertsButton } from "./alert_settings.js";
import { button } from "./controls.js";
import { openDialog } from "./dialog.js";
import { searchLink } from "./links.js";
import { showShortcuts } from "./shortcuts_dialog.js";
import { isDark, toggleTheme } from "./theme.js";

/** @import { ConsoleTexts } from "./texts.js" */
/** @import { Workspace } from "./workspace.js" */

/** @param {Workspace} workspace */
export function buildHeader(workspace) {
  const { texts, me } = workspace;
  return element(
    "header",
    { class: "head" },
    element(
      "h1",
      {},
      element("img", { src: "/console/files/icon.svg", alt: "", width: "30", height: "30" }),
      element("span", { class: "company" }, me.company.name),
      screenReaderText(`: ${texts.console}`),
    ),
    navigation(workspace),
    searchForm(texts),
    element(
      "div",
      { class: "tools" },
      presenceSwitch(workspace),
      alertsButton(workspace),
      themeButton(texts),
      button({ label: texts.shortcuts, icon: "keyboard", key: "?", kind: "bare" }, () =>
        showShortcuts(workspace),
      ),
      languageButton(workspace),
      button({ label: texts.signOut(me.agent.name), icon: "signOut", kind: "bare" }, () => askSignOut(workspace)),
    ),
  );
}

/** @param {Workspace} workspace */
function navigation({ texts, supervises }) {
  const links = [
    element("a", { href: "#/" }, texts.views.cases),
    element("a", { href: "#/vouchers" }, texts.views.vouchers),
  ];
  if (supervises) {
    links.push(element("a", { href: "#/wallboard" }, texts.views.wallboard));
    links.push(element("a", { href: "#/agents" }, texts.views.agents));
  }
  const markCurrent = () => {
    const view = `#/${location.hash.split("/")[1] ?? ""}`;
    const current = links.find((link) => link.hash === view) ?? links[0];
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", markCurrent);
  markCurrent();
  return element("nav", { "aria-label": texts.views.name }, ...links);
}

/** @param {ConsoleTexts} texts */
function searchForm(texts) {
  const box = element("input", {
    type: "search",
    id: "search",
    "aria-label": texts.search.label,
    placeholder: texts.search.placeholder,
    "aria-keyshortcuts": "/",
    autocomplete: "off",
  });
  const form = element("form", { role: "search", class: "search" }, icon("search"), box);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = box.value.trim();
    if (words) location.hash = searchLink(words);
  });
  return form;
}

/** @param {Workspace} workspace */
function presenceSwitch(workspace) {
  const { texts, me, api } = workspace;
  const words = element("span");
  const node = element("button", { type: "button", role: "switch", class: "presence" }, element("i"), words);
  const update = () => {
    const isAvailable = me.agent.presence === "available";
    node.setAttribute("aria-checked", String(isAvailable));
    node.setAttribute("aria-label", texts.available);
    node.title = isAvailable ? texts.goAway : texts.comeBack;
    words.textContent = isAvailable ? texts.available : texts.away;
  };
  node.addEventListener("click", async () => {
    const presence = me.agent.presence === "available" ? "away" : "available";
    const answer = await workspace.command(() => api.patch("api/me", { presence }));
    if (answer) me.agent.presence = presence;
    update();
    workspace.board.refresh();
  });
  update();
  return node;
}

/** @param {ConsoleTexts} texts */
function themeButton(texts) {
  const node = button({ kind: "bare", icon: "dark", label: texts.toDark }, () => {
    toggleTheme();
    update();
  });
  const update = () => {
    const words = isDark() ? texts.toLight : texts.toDark;
    node.setAttribute("aria-label", words);
    node.title = words;
    node.replaceChildren(icon(isDark() ? "light" : "dark"));
  };
  update();
  return node;
}

/** @param {Workspace} workspace */
function languageButton(workspace) {
  const { me, api, texts } = workspace;
  const other = me.agent.language === "es" ? "en" : "es";
  const options = { text: other.toUpperCase(), kind: "bare", lang: other, title: texts.otherLanguage };
  return button(options, async () => {
    // The titles of causes and remedies come from the server, so the whole page is loaded again.
    if (await workspace.command(() => api.patch("api/me", { language: other }))) location.reload();
  });
}

/** @param {Workspace} workspace */
function askSignOut(workspace) {
  const { texts, board } = workspace;
  if (!board.mine.length) return signOut(workspace);
  openDialog({
    texts,
    title: texts.leaving.title,
    lead: texts.leaving.lead(board.mine.length),
    submits: [{ text: texts.leaving.confirm }],
    onSubmit: () => signOut(workspace),
  });
}

/** @param {Workspace} workspace */
async function signOut(workspace) {
  if (!(await workspace.command(() => workspace.api.post("logout")))) return;
  workspace.storage.clear();
  history.replaceState(null, "", location.pathname); // the next agent begins at the lists
  location.reload();
}
