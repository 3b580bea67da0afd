/** Where questions are written. */
import { byId } from "./dom.js";

/** Lets a person go on writing; on a phone that would open the keyboard over the page. */
export function focusQuestion() {
  if (!matchMedia("(pointer: coarse)").matches) {
    byId("question").focus();
  }
}

export class Composer {
  #input = byId("question");
  #chat;

  constructor(chat) {
    this.#chat = chat;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#send();
      }
    });
    this.#input.addEventListener("input", () => this.show());
    byId("stop").addEventListener("click", () => chat.stop());
  }

  /** Asks a question that is given. */
  ask(text) {
    this.#input.value = text;
    this.#send();
  }

  /** Shows whether an answer is being made. */
  show() {
    const answering = this.#chat.isAnswering;
    const focused = document.activeElement;
    byId("stop").hidden = !answering;
    byId("send").hidden = answering;
    byId("send").disabled = this.#input.value.trim() === "";
    if (focused === byId("stop") && !answering) {
      this.#input.focus();
    }
  }

  #send() {
    const text = this.#input.value.trim();
    if (text === "" || this.#chat.isAnswering) {
      return;
    }
    this.#input.value = "";
    this.#chat.send(text);
    this.#input.focus();
  }
}
