/** The browser's storage, which may be full, or forbidden. */
import { notice } from "./announcements.js";

export function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text, and says so if that is impossible. */
export function write(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    notice("This browser keeps no more: export or delete conversations, or allow it to store data.");
  }
}

export function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Then it kept nothing, either.
  }
}

export function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}
