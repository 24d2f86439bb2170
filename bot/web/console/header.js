/** The head of the page: where to go, what to look for, whether I am available, how the console looks. */

import { element, spoken } from "../shared/dom.js";
import { button } from "./controls.js";
import { openDialog } from "./dialog.js";
import { icon } from "../shared/icons.js";
import { noticesButton } from "./alert_settings.js";
import { showShortcuts } from "./shortcuts_dialog.js";
import { isDark, toggleTheme } from "./theme.js";

export function buildHeader(desk) {
  const { texts, me } = desk;
  return element(
    "header",
    { class: "head" },
    element(
      "h1",
      {},
      element("img", { src: "/console/files/icon.svg", alt: "", width: "30", height: "30" }),
      element("span", { class: "company" }, me.company.name),
      spoken(`: ${texts.console}`),
    ),
    views(desk),
    search(desk),
    element(
      "div",
      { class: "tools" },
      presence(desk),
      noticesButton(desk),
      themeButton(texts),
      button({ label: texts.shortcuts, drawing: "keys", key: "?", kind: "bare" }, () => showShortcuts(desk)),
      language(desk),
      button({ label: texts.signOut(me.agent.name), drawing: "out", kind: "bare" }, () => signOut(desk)),
    ),
  );
}

function views({ texts, me }) {
  const links = [
    ["#/", texts.views.cases],
    ["#/vouchers", texts.views.vouchers],
    ...(me.agent.role === "supervisor" ? [["#/wallboard", texts.views.wallboard], ["#/agents", texts.views.agents]] : []),
  ].map(([href, words]) => element("a", { href }, words));
  const mark = () => {
    const view = `#/${location.hash.split("/")[1] ?? ""}`;
    const current = links.find((link) => link.hash === view) ?? links[0];
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", mark);
  mark();
  return element("nav", { "aria-label": texts.views.name }, ...links);
}

function search(desk) {
  const { texts } = desk;
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
    if (words) location.hash = `#/search/${encodeURIComponent(words)}`;
  });
  return form;
}

function presence(desk) {
  const { texts, me, api } = desk;
  const words = element("span");
  const node = element("button", { type: "button", role: "switch", class: "presence" }, element("i"), words);
  const show = () => {
    const available = me.agent.presence === "available";
    node.setAttribute("aria-checked", String(available));
    node.setAttribute("aria-label", texts.available);
    node.title = available ? texts.goAway : texts.comeBack;
    words.textContent = available ? texts.available : texts.away;
  };
  node.addEventListener("click", async () => {
    const presence = me.agent.presence === "available" ? "away" : "available";
    const answer = await desk.command(() => api.patch("api/me", { presence }));
    if (answer) me.agent.presence = presence;
    show();
    desk.board.refresh();
  });
  show();
  return node;
}

function themeButton(texts) {
  const node = button({ kind: "bare", drawing: "dark", label: texts.toDark }, () => {
    toggleTheme();
    show();
  });
  const show = () => {
    const words = isDark() ? texts.toLight : texts.toDark;
    node.setAttribute("aria-label", words);
    node.title = words;
    node.replaceChildren(icon(isDark() ? "light" : "dark"));
  };
  show();
  return node;
}

function language(desk) {
  const { me, api, texts } = desk;
  const other = me.agent.language === "es" ? "en" : "es";
  return button({ text: other.toUpperCase(), kind: "bare", lang: other, title: texts.otherLanguage }, async () => {
    // The titles of causes and remedies come from the server, so the whole page begins anew.
    if (await desk.command(() => api.patch("api/me", { language: other }))) location.reload();
  });
}

function signOut(desk) {
  const { texts, board } = desk;
  if (!board.mine.length) return leave(desk);
  openDialog({
    texts,
    title: texts.leaving.title,
    lead: texts.leaving.lead(board.mine.length),
    submits: [{ text: texts.leaving.confirm }],
    onSubmit: () => leave(desk),
  });
}

async function leave(desk) {
  if (!(await desk.command(() => desk.api.post("logout")))) return;
  desk.papers.clear();
  history.replaceState(null, "", location.pathname); // the next one begins at the lists
  location.reload();
}
