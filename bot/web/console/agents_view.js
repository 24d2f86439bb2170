/** The people of the console: added, changed, let go. Supervisors only. */

import { element } from "../shared/dom.js";
import { button, chip, field, select } from "./controls.js";
import { openDialog } from "./dialog.js";

export class AgentsView {
  static kind = "agents";
  #desk;
  #rows = element("tbody");

  constructor(desk) {
    const { texts } = desk;
    this.#desk = desk;
    const heads = texts.people.heads.map((head) => element("th", { scope: "col" }, head));
    this.element = element(
      "div",
      { class: "view-page" },
      element(
        "div",
        { class: "line page-head" },
        element("h2", { tabindex: "-1" }, texts.views.agents),
        button({ text: texts.people.add, kind: "primary" }, () => this.#edit(null)),
      ),
      element("div", { class: "table" }, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), this.#rows)),
    );
  }

  async shown() {
    const answer = await this.#desk.command(() => this.#desk.api.get("api/agents"));
    if (answer) this.#rows.replaceChildren(...answer.agents.map((agent) => this.#row(agent)));
  }

  #row(agent) {
    const { texts } = this.#desk;
    const state = agent.is_active ? chip(texts.presence(agent.presence), agent.presence === "available" ? "good" : "") : chip(texts.people.disabled, "bad");
    const edit = button({ text: texts.people.edit, kind: "small plain", "aria-label": texts.people.editNamed(agent.name) }, () => this.#edit(agent));
    const contents = [
      element("span", {}, element("strong", {}, agent.name), element("span", { class: "quiet under" }, agent.email)),
      texts.role(agent.role),
      state,
      `${agent.load} / ${agent.capacity}`,
      edit,
    ];
    return element("tr", { class: agent.is_active ? "" : "disabled" }, ...contents.map((content) => element("td", {}, content)));
  }

  #edit(agent) {
    const { texts, api, me } = this.#desk;
    const words = texts.people;
    const name = element("input", { required: true, autocomplete: "off", value: agent?.name });
    const email = element("input", { type: "email", required: !agent, disabled: Boolean(agent), autocomplete: "off", value: agent?.email });
    const roles = ["agent", "supervisor"].map((role) => ({ value: role, text: texts.role(role) }));
    const role = select(roles, agent?.role ?? "agent");
    const capacity = element("input", { type: "number", min: "1", max: "50", required: true, value: String(agent?.capacity ?? 3) });
    const password = element("input", { type: "password", autocomplete: "new-password", minlength: "10", required: !agent });
    const active = element("input", { type: "checkbox", checked: agent?.is_active ?? true, disabled: agent?.id === me.agent.id });
    openDialog({
      texts,
      title: agent ? agent.name : words.add,
      body: [
        field(words.name, name),
        field(words.email, email),
        field(words.role, role),
        field(words.capacity, capacity, words.capacityHelp),
        field(agent ? words.newPassword : words.password, password, words.passwordHelp),
        agent ? element("label", { class: "check" }, active, words.active) : "",
      ],
      submits: [{ text: words.save }],
      onSubmit: async () => {
        const told = { name: name.value.trim(), role: role.value, capacity: Number(capacity.value) };
        if (password.value) told.password = password.value;
        if (agent) await api.patch(`api/agents/${agent.id}`, { ...told, is_active: active.checked });
        else await api.post("api/agents", { ...told, email: email.value.trim() });
        this.shown();
      },
    });
  }
}
