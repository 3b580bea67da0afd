/** What sanitised nodes get on top: formulas, copy buttons, links that tell nothing. */
import { element } from "./dom.js";
import { copyButton } from "./copy.js";
import { showFormula } from "./tex.js";

export function decorate(fragment) {
  for (const placeholder of fragment.querySelectorAll("tex-inline, tex-display")) {
    const display = placeholder.localName === "tex-display";
    const target = element("span", { class: display ? "formula display" : "formula" });
    showFormula(placeholder.textContent, display, target);
    placeholder.replaceWith(target);
  }
  for (const pre of fragment.querySelectorAll("pre")) {
    const code = pre.querySelector("code");
    const bar = element(
      "div",
      { class: "code-bar" },
      element("span", {}, code.dataset.language || "text"),
      copyButton("Copy this code", () => code.textContent),
    );
    const frame = element("div", { class: "code" });
    pre.tabIndex = 0;
    pre.replaceWith(frame);
    frame.append(bar, pre);
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = element("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" });
    table.replaceWith(frame);
    frame.append(table);
  }
  for (const link of fragment.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
}
