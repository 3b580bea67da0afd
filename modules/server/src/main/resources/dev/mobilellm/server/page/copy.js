/** Buttons that copy. */
import { icon, iconButton } from "./dom.js";
import { announce, notice } from "./announcements.js";

const SHOWN_MS = 1600;

/** A button that copies what the function gives. */
export function copyButton(label, text) {
  const button = iconButton("copy", label, async () => {
    try {
      await copy(text());
    } catch {
      notice("This browser does not let the page copy.");
      return;
    }
    announce("Copied.");
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), SHOWN_MS);
  });
  return button;
}

async function copy(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text);
  }
  // Over plain HTTP from another machine there is no clipboard but this.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) {
    throw new Error("not copied");
  }
}
