/** Builders for elements. Data enters the page as text or as an attribute, never as markup. */

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** Text that is read aloud and not drawn. */
export const spoken = (text) => element("span", { class: "spoken" }, text);

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  chat: "M4 5.5h16v11H9.5L5 20.5v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  photo: "M4 7h4l1.5-2.5h5L16 7h4v12H4zM12 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  send: "M4.5 12L4 4.5 20.5 12 4 19.5 4.5 12zM4.5 12H12",
  down: "M12 5v14M6 13l6 6 6-6",
  next: "M9 6l6 6-6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  waiting: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 1.5",
  sent: "M6 12.5l4 4 8-9",
  delivered: "M2.5 12.5l4 4 8-9M11.5 15.5l1 1 8-9",
  failed: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v5M12 15.8v.4",
};

/** A line drawing; what it means is said by the text beside it or by its button's name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
