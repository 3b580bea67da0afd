/** The key for the server, kept until the window is closed. */
import { byId } from "./dom.js";

const NAME = "mobilellm.key";
let fallback = null;
let asking = null;

export function key() {
  try {
    return sessionStorage.getItem(NAME) ?? fallback;
  } catch {
    return fallback;
  }
}

function keep(value) {
  fallback = value;
  try {
    sessionStorage.setItem(NAME, value);
  } catch {
    // Then it lasts until the page is left.
  }
}

/** Asks for a key. Returns whether one was given. */
export function askForKey(refused) {
  asking ??= ask(refused).finally(() => (asking = null));
  return asking;
}

function ask(refused) {
  const dialog = byId("key-dialog");
  const input = byId("key");
  byId("key-refused").hidden = !refused;
  input.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const submit = (event) => {
      event.preventDefault();
      keep(input.value.trim());
      dialog.close("given");
    };
    const form = dialog.querySelector("form");
    form.addEventListener("submit", submit);
    dialog.addEventListener(
      "close",
      () => {
        form.removeEventListener("submit", submit);
        resolve(dialog.returnValue === "given");
        dialog.returnValue = "";
      },
      { once: true },
    );
  });
}
