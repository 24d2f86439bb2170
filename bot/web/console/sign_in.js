// @ts-check
/** The sign-in form: e-mail and password. */

import { element } from "../shared/dom.js";
import { Refused } from "./api.js";
import { button, field } from "./controls.js";

/** @import { Me } from "../shared/types.js" */
/** @import { Api } from "./api.js" */
/** @import { ConsoleTexts } from "./texts.js" */

/**
 * @param {object} options
 * @param {Api} options.api
 * @param {ConsoleTexts} options.texts
 * @param {boolean} options.ended say that the session is over
 * @param {(me: Me) => void} options.onSignedIn
 * @param {() => void} options.onLanguage called to show the form in the other language
 */
export function showSignIn({ api, texts, ended, onSignedIn, onLanguage }) {
  const words = texts.signIn;
  const email = element("input", { type: "email", name: "email", autocomplete: "username", required: true });
  const password = element("input", {
    type: "password",
    name: "password",
    autocomplete: "current-password",
    required: true,
  });
  const submit = element("button", { type: "submit", class: "button primary" }, words.enter);
  const notice = element("p", { class: "notice", role: "alert" });
  const form = element(
    "form",
    { class: "sign-in-form" },
    element("img", { src: "/console/files/icon.svg", alt: "", width: "56", height: "56" }),
    element("h1", {}, words.title),
    element("p", { class: "quiet" }, ended ? words.ended : words.lead),
    field(words.email, email),
    field(words.password, password),
    notice,
    submit,
    button({ text: texts.otherLanguage, kind: "bare" }, () => {
      page.remove();
      onLanguage();
    }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    notice.textContent = "";
    submit.disabled = true;
    try {
      const me = await api.post("login", { email: email.value.trim(), password: password.value });
      page.remove();
      onSignedIn(me);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notice.textContent = texts.refusal(error);
      submit.disabled = false;
      password.select();
    }
  });
  const page = element("main", { class: "sign-in" }, form);
  document.title = words.title;
  document.body.append(page);
  email.focus();
}
