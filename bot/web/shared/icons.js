// @ts-check
/** Line drawings. They carry no meaning of their own: the text beside them or the button's name does. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a view box of 24 by 24. */
const PATHS = {
  alert: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2 2 0 0 0 4 0",
  bot: "M6 8.5h12v10H6zM12 8.5V5M9.5 13v1M14.5 13v1M3.5 12v3M20.5 12v3",
  calendar: "M5 6.5h14v13H5zM5 10.5h14M9 4v4M15 4v4",
  chat: "M4 5.5h16v11H9.5L5 20.5v-4H4z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  dark: "M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
  delivered: "M2.5 12.5l4 4 8-9M11.5 15.5l1 1 8-9",
  down: "M12 5v14M6 13l6 6 6-6",
  failed: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v5M12 15.8v.4",
  gift: "M4.5 9.5h15v4h-15zM6 13.5h12v6.5H6zM12 9.5V20M12 9.5c-6 0-5-5.5-2.5-5.5S12 9.5 12 9.5s0-5.5 2.5-5.5S18 9.5 12 9.5z",
  keyboard: "M3.5 7h17v10h-17zM7 10.5h.01M10.5 10.5h.01M14 10.5h.01M17 10.5h.01M8 14h8",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4",
  lock: "M6 11h12v8.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  more: "M5 12h.6M11.7 12h.6M18.4 12h.6",
  mute: "M6 16.5V11a6 6 0 0 1 9-5.2M18 10.5v6l1.5 1.5h-12M10 20.5a2 2 0 0 0 4 0M4 4l16 16",
  next: "M9 6l6 6-6 6",
  note: "M5 4.5h14v10l-5 5H5zM14 19.5v-5h5M8.5 9h7M8.5 12.5h4",
  packet: "M4 5h16v14H4zM13.5 5v14M16 9h1.5M16 12h1.5",
  photo: "M4 7h4l1.5-2.5h5L16 7h4v12H4zM12 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  phrases: "M4 5.5h16v10H10l-4 3.5v-3.5H4zM8 9.5h8M8 12h5",
  queue: "M5 7h14M5 12h14M5 17h8",
  search: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l4.5 4.5",
  send: "M4.5 12L4 4.5 20.5 12 4 19.5 4.5 12zM4.5 12H12",
  sent: "M6 12.5l4 4 8-9",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2.2 2.2L15.5 10",
  signOut: "M13 4.5H5.5v15H13M10 12h10M16 8l4 4-4 4",
  stop: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.5 6.5l11 11",
  swap: "M4 9h14M14.5 5.5L18 9l-3.5 3.5M20 16H6M9.5 12.5L6 16l3.5 3.5",
  waiting: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 1.5",
  warning: "M12 4.5l8.5 15h-17zM12 10v4.5M12 16.8v.4",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.dataset.icon = name;
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
