/** Light, dark, or as the system has it. */
import { byId } from "./dom.js";
import { write } from "./storage.js";

const NEXT = { system: "light", light: "dark", dark: "system" };
const NAMES = { system: "as the system", light: "light", dark: "dark" };

function show(theme) {
  document.documentElement.dataset.theme = theme;
  const button = byId("theme");
  button.title = `Colours: ${NAMES[theme]}`;
  button.setAttribute("aria-label", `Colours: ${NAMES[theme]}. Change to ${NAMES[NEXT[theme]]}.`);
  button.querySelector("use").setAttribute("href", `#icon-${theme}`);
}

export function startTheme() {
  const theme = document.documentElement.dataset.theme;
  show(theme in NEXT ? theme : "system");
  byId("theme").addEventListener("click", () => {
    const next = NEXT[document.documentElement.dataset.theme];
    write("mobilellm.theme", next);
    show(next);
  });
}
