/** One message as a person sees it. */
import { AnswerBody } from "./answer-body.js";
import { copyButton } from "./copy.js";
import { byId, element, iconButton } from "./dom.js";
import { editor } from "./editor.js";
import { statistics } from "./statistics.js";

/** What people wrote. */
export function questionView(message, { onEdit }) {
  const text = element("div", { class: "bubble" }, message.content);
  const actions = element(
    "div",
    { class: "actions" },
    copyButton("Copy this message", () => message.content),
    iconButton("edit", "Edit this message", () => {
      const form = editor(message.content, onEdit, () => {
        form.replaceWith(text);
        actions.hidden = false;
        actions.lastElementChild.focus();
      });
      text.replaceWith(form);
      actions.hidden = true;
      form.querySelector("textarea").focus();
    }),
  );
  return element("article", { class: "message question", "aria-label": "Your message" }, text, actions);
}

/** What the model wrote, or is writing. */
export class AnswerView {
  #body = new AnswerBody();
  #facts = element("span", { class: "facts" });
  #error = element("p", { class: "error", hidden: true });
  #actions;
  #due = null;
  #rest = 0;

  constructor(message, { onRetry }) {
    this.message = message;
    this.#actions = element(
      "div",
      { class: "actions" },
      copyButton("Copy this answer", () => message.content),
      iconButton("retry", "Answer again", onRetry),
    );
    this.element = element(
      "article",
      { class: "message answer", "aria-label": "Answer" },
      this.#body.element,
      this.#error,
      element("footer", { class: "meta" }, this.#facts, this.#actions),
    );
    this.#show();
  }

  /** Shows what changed, soon: as often as a screen can show it, and less often if that is slow. */
  update() {
    this.#due ??= setTimeout(() => {
      const start = performance.now();
      this.#show();
      this.#rest = 3 * (performance.now() - start);
    }, Math.max(16, this.#rest));
  }

  /** Shows it as it is now. */
  finish() {
    this.#show();
  }

  #show() {
    clearTimeout(this.#due);
    this.#due = null;
    const { content, end, error, stats } = this.message;
    const growing = end === "";
    const follow = isAtEnd();
    this.element.classList.toggle("growing", growing);
    this.element.classList.toggle("empty", growing && content === "");
    this.element.setAttribute("aria-busy", String(growing));
    this.#body.update(content, growing);
    this.#facts.replaceChildren(...statistics(stats, end));
    this.#actions.hidden = growing;
    this.#error.hidden = !error;
    this.#error.textContent = error;
    if (follow) {
      scrollToEnd();
    }
  }
}

const NEAR = 60;

export function isAtEnd() {
  const box = byId("messages");
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

export function scrollToEnd() {
  const box = byId("messages");
  box.scrollTop = box.scrollHeight;
}
