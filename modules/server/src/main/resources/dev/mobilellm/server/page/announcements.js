/** Short words at the edge of the page, and words for those who listen to it. */
import { byId } from "./dom.js";

const SHOWN_MS = 6000;
let timer;

/** Shows a sentence for a while. */
export function notice(text) {
  const box = byId("notice");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (box.hidden = true), SHOWN_MS);
}

/** Says a sentence to screen readers, when they have finished what they are reading. */
export function announce(text) {
  byId("status").textContent = text;
}
