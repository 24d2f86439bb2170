// @ts-check
/** Light, dark, or as the system says. */

import { preferences } from "./storage.js";

const SYSTEM_IS_DARK = "(prefers-color-scheme: dark)";
const system = matchMedia(SYSTEM_IS_DARK);

/** @returns {"light" | "dark" | null} */
const chosenTheme = () => preferences.getJson("theme");

export function applyTheme() {
  const theme = chosenTheme();
  document.documentElement.dataset.theme = theme ?? "system";
  const link = /** @type {HTMLLinkElement} */ (document.getElementById("dark-colors"));
  link.media = { light: "not all", dark: "all", system: SYSTEM_IS_DARK }[theme ?? "system"];
}

export const isDark = () => {
  const theme = chosenTheme();
  return theme ? theme === "dark" : system.matches;
};

/** Change to the other theme. The system's own is stored as no choice, so that the console follows it. */
export function toggleTheme() {
  const dark = !isDark();
  preferences.setJson("theme", dark === system.matches ? null : dark ? "dark" : "light");
  applyTheme();
}
