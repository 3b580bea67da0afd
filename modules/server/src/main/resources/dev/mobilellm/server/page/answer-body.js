/** The text of an answer: its reasoning, which can be folded, and its result. */
import { element } from "./dom.js";
import { GrowingText } from "./growing-text.js";
import { split } from "./reasoning.js";

export class AnswerBody {
  #fold = element("details", { class: "reasoning", hidden: true });
  #words = element("span");
  #inner = element("div", { class: "prose" });
  #outer = element("div", { class: "prose result" });
  #reasoning = new GrowingText(this.#inner);
  #answer = new GrowingText(this.#outer);

  constructor() {
    this.#fold.append(element("summary", {}, "Reasoning ", this.#words), this.#inner);
    this.element = element("div", { class: "answer-body" }, this.#fold, this.#outer);
  }

  /** Shows the text. Who saw the reasoning grow goes on seeing it; later it is folded. */
  update(text, growing) {
    const { reasoning, answer } = split(text, growing);
    const hasReasoning = reasoning.trim() !== "";
    if (growing && !this.#fold.open && hasReasoning && this.#fold.hidden) {
      this.#fold.open = true;
    }
    if (!growing && hasReasoning && this.#fold.hidden) {
      this.#fold.open = this.#outer.childElementCount > 0;
    }
    this.#fold.hidden = !hasReasoning;
    this.#words.textContent = hasReasoning ? `· ${reasoning.trim().split(/\s+/).length} words` : "";
    this.#reasoning.update(reasoning);
    this.#answer.update(answer);
  }
}
