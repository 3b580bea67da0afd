/** Changing a message that was sent. */
import { element } from "./dom.js";

export function editor(text, onSend, onCancel) {
  const area = element("textarea", { "aria-label": "Message", rows: "2" });
  area.value = text;
  const send = () => area.value.trim() && onSend(area.value.trim());
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onCancel();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  return element(
    "form",
    {
      class: "editor",
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    area,
    element(
      "div",
      { class: "editor-actions" },
      element("span", { class: "hint" }, "What came after it is replaced."),
      element("button", { type: "button", class: "button", onclick: onCancel }, "Cancel"),
      element("button", { class: "button primary" }, "Send"),
    ),
  );
}
