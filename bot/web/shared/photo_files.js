// @ts-check
/** Photos before they are sent, and the button that shows one. */

import { element } from "./dom.js";

/** @import { Photo } from "./types.js" */
/** @import { PhotoTexts } from "./texts.js" */

const TYPES = ["image/jpeg", "image/png", "image/webp"];
const MAX_BYTES = 10 * 1024 * 1024;

/** Naming the types, rather than every image, makes a phone convert its own format to one of them. */
export const ACCEPTED_PHOTOS = TYPES.join(",");

/** The server refused a photo for good; `message` is for the reader. */
export class PhotoRefused extends Error {}

/**
 * Return why a file can't be sent, or null.
 *
 * @param {{ name: string, type: string, size: number }} file
 * @param {Pick<PhotoTexts, "photoKind" | "photoSize">} texts
 */
export function photoProblem(file, texts) {
  if (!TYPES.includes(file.type)) return texts.photoKind(file.name);
  if (file.size > MAX_BYTES) return texts.photoSize(file.name);
  return null;
}

/**
 * Create a button with the photo, at most so many em wide and high. The size is set before the photo has
 * loaded, so that nothing jumps.
 *
 * @param {Photo} photo
 * @param {Pick<PhotoTexts, "photo" | "showPhoto">} texts
 * @param {{ width: number, height: number }} limits
 * @param {(url: string) => void} onOpen
 */
export function photoButton({ width, height }, texts, limits, onOpen) {
  const image = element("img", { alt: texts.photo });
  image.style.aspectRatio = `${width} / ${height}`;
  image.style.width = `min(${width}px, ${limits.width}em, ${(limits.height * width) / height}em)`;
  const button = element("button", { type: "button", class: "photo", "aria-label": texts.showPhoto }, image);
  button.addEventListener("click", () => image.src && onOpen(image.src));
  return { button, image };
}
