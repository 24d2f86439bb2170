// @ts-check
/** The accounts of agents and supervisors: added and changed. Supervisors only. */

import { element } from "../shared/dom.js";
import { button, checkField, chip, field, select, table, tableRow } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @import { AgentAccount } from "../shared/types.js" */
/** @import { Workspace } from "./workspace.js" */

const ROLES = ["agent", "supervisor"];
const DEFAULT_CAPACITY = 3;

export class AgentsView {
  kind = "agents";
  #workspace;
  #rows = element("tbody");

  /** @param {Workspace} workspace */
  constructor(workspace) {
    const { texts } = workspace;
    this.#workspace = workspace;
    this.element = element(
      "div",
      { class: "view-page" },
      element(
        "div",
        { class: "line page-head" },
        element("h2", { tabindex: "-1" }, texts.views.agents),
        button({ text: texts.agents.add, kind: "primary" }, () => this.#edit(null)),
      ),
      table(texts.agents.heads, this.#rows),
    );
  }

  async shown() {
    const answer = await this.#workspace.command(() => this.#workspace.api.get("api/agents"));
    /** @type {AgentAccount[]} */
    const agents = answer?.agents ?? [];
    if (answer) this.#rows.replaceChildren(...agents.map((agent) => this.#row(agent)));
  }

  /** @param {AgentAccount} agent */
  #row(agent) {
    const { texts } = this.#workspace;
    const { name, email, role, presence, load, capacity, is_active: isActive } = agent;
    const cells = [
      element(
        "span",
        {},
        element("strong", {}, name),
        element("span", { class: "quiet under" }, email),
      ),
      texts.role(role),
      isActive
        ? chip(texts.presence(presence), presence === "available" ? "good" : "")
        : chip(texts.agents.disabled, "bad"),
      `${load} / ${capacity}`,
      button(
        { text: texts.agents.edit, kind: "small plain", "aria-label": texts.agents.editNamed(name) },
        () => this.#edit(agent),
      ),
    ];
    return tableRow(cells, { class: isActive ? "" : "disabled" });
  }

  /** @param {AgentAccount | null} agent null for a new account */
  #edit(agent) {
    const { texts, api, me } = this.#workspace;
    const words = texts.agents;
    const name = element("input", { required: true, autocomplete: "off", value: agent?.name });
    const email = element("input", {
      type: "email",
      required: !agent,
      disabled: Boolean(agent),
      autocomplete: "off",
      value: agent?.email,
    });
    const role = select(
      ROLES.map((value) => ({ value, text: texts.role(value) })),
      agent?.role ?? "agent",
    );
    const capacity = element("input", {
      type: "number",
      min: "1",
      max: "50",
      required: true,
      value: agent?.capacity ?? DEFAULT_CAPACITY,
    });
    const password = element("input", {
      type: "password",
      autocomplete: "new-password",
      minlength: "10",
      required: !agent,
    });
    const active = element("input", {
      type: "checkbox",
      checked: agent?.is_active ?? true,
      disabled: agent?.id === me.agent.id,
    });
    const fields = [
      field(words.name, name),
      field(words.email, email),
      field(words.role, role),
      field(words.capacity, capacity, words.capacityHelp),
      field(agent ? words.newPassword : words.password, password, words.passwordHelp),
    ];
    if (agent) fields.push(checkField(active, words.active));
    openDialog({
      texts,
      title: agent ? agent.name : words.add,
      body: fields,
      submits: [{ text: words.save }],
      onSubmit: async () => {
        const changes = {
          name: name.value.trim(),
          role: role.value,
          capacity: Number(capacity.value),
          password: password.value || undefined,
        };
        if (agent) await api.patch(`api/agents/${agent.id}`, { ...changes, is_active: active.checked });
        else await api.post("api/agents", { ...changes, email: email.value.trim() });
        this.shown();
      },
    });
  }
}
