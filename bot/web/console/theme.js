/** Light, dark, or as the system says. */

import { looks } from "./storage.js";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function applyTheme() {
  document.documentElement.dataset.theme = looks.read("theme") ?? "system";
}

export const isDark = () => {
  const chosen = looks.read("theme");
  return chosen ? chosen === "dark" : systemIsDark.matches;
};

/** What equals the system's own is not a choice: the console goes on following it. */
export function toggleTheme() {
  const dark = !isDark();
  looks.write("theme", dark === systemIsDark.matches ? null : dark ? "dark" : "light");
  applyTheme();
}
