// @ts-check
/** What the two text boxes for messages have in common. */

import { element } from "./dom.js";
import { ACCEPTED_PHOTOS } from "./photo_files.js";

/** The server takes no more characters. */
export const MAX_LENGTH = 4096;

/**
 * Count characters as people and the server do: an emoji is one.
 *
 * @param {string} text
 */
export const textLength = (text) => [...text].length;

/**
 * Send on Enter; Shift+Enter begins a new line, and Enter inside an input method picks a word.
 *
 * @param {HTMLTextAreaElement} box
 * @param {() => void} onSend
 */
export function sendOnEnter(box, onSend) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSend();
  });
}

/**
 * @param {HTMLTextAreaElement} box
 * @param {(files: FileList) => void} onFiles
 */
export function takePastedFiles(box, onFiles) {
  box.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    onFiles(event.clipboardData.files);
  });
}

/**
 * Create a hidden file input for photos; `click()` opens the browser's dialog.
 *
 * @param {(files: FileList) => void} onFiles
 */
export function photoInput(onFiles) {
  const input = element("input", { type: "file", accept: ACCEPTED_PHOTOS, multiple: true, hidden: true });
  input.addEventListener("change", () => {
    if (input.files) onFiles(input.files);
    input.value = ""; // the same photo may be chosen again after it was removed
  });
  return input;
}
