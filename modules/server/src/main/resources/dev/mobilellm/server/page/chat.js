/** The conversation that is open: its messages, and what can be done with them. */
import { focusQuestion } from "./composer.js";
import { create, find, save, titleOf } from "./conversations.js";
import { byId } from "./dom.js";
import { AnswerView, isAtEnd, questionView, scrollToEnd } from "./message-view.js";
import { announce } from "./announcements.js";
import { answer, isRunning, running, stop } from "./runs.js";
import { lastBox } from "./tex.js";

/** Longer answers are not read out as a whole. */
const READ_OUT = 600;

export class Chat {
  #settings;
  #onChange;
  #views = new Map();
  conversation;

  /**
   * @param settings what answers depend on
   * @param onChange called when the conversation is another one, or got a message or an answer
   */
  constructor(settings, onChange) {
    this.#settings = settings;
    this.#onChange = onChange;
    byId("to-end").addEventListener("click", scrollToEnd);
    byId("messages").addEventListener("scroll", () => this.#showEnd());
  }

  get isAnswering() {
    return isRunning(this.conversation);
  }

  /** Opens a conversation; without id, or if there is none with it, a new one. */
  open(id) {
    this.conversation = running(id) ?? (id ? find(id) : null) ?? create(this.#settings.system);
    this.#settings.system = this.conversation.system;
    this.#showAll();
    scrollToEnd();
    this.#onChange();
  }

  send(text) {
    this.#append({ role: "user", content: text });
    return this.#answer();
  }

  stop() {
    stop(this.conversation);
  }

  #append(message) {
    const { conversation } = this;
    conversation.messages.push(message);
    conversation.updated = Date.now();
    this.#show(message, conversation.messages.length - 1);
  }

  /** Drops the messages from an index on, and goes on with what is left. */
  async #goOn(index, ...messages) {
    await stop(this.conversation);
    this.conversation.messages.length = index;
    this.#showAll();
    messages.forEach((message) => this.#append(message));
    // What was pressed is gone.
    focusQuestion();
    await this.#answer();
  }

  async #answer() {
    const { conversation } = this;
    conversation.system = this.#settings.system;
    save(conversation);
    await answer(
      conversation,
      this.#settings.parameters(),
      (message) => {
        this.#show(message, conversation.messages.length - 1);
        scrollToEnd();
        this.#onChange();
      },
      (message) => {
        const view = this.#views.get(message);
        if (message.end === "") {
          view?.update();
        } else {
          view?.finish();
          this.#ended(conversation, message);
        }
      },
    );
  }

  #ended(conversation, message) {
    this.#onChange();
    if (conversation !== this.conversation) {
      announce(`An answer is ready in ${titleOf(conversation)}.`);
    } else if (message.error) {
      announce(message.error);
    } else if (message.end === "stopped") {
      announce("Stopped.");
    } else if (message.content.length <= READ_OUT) {
      announce(`Answer: ${message.content}`);
    } else {
      const box = lastBox(message.content);
      const words = message.content.split(/\s+/).length;
      announce(`The answer is ready: ${words} words${box === null ? "" : `, result ${box}`}.`);
    }
  }

  #showAll() {
    this.#views.clear();
    byId("thread").replaceChildren();
    this.conversation.messages.forEach((message, index) => this.#show(message, index));
    this.#showEnd();
  }

  #show(message, index) {
    if (message.role === "user") {
      const onEdit = (text) => this.#goOn(index, { role: "user", content: text });
      byId("thread").append(questionView(message, { onEdit }));
    } else {
      const view = new AnswerView(message, { onRetry: () => this.#goOn(index) });
      this.#views.set(message, view);
      byId("thread").append(view.element);
    }
    byId("welcome").hidden = true;
  }

  #showEnd() {
    byId("welcome").hidden = this.conversation.messages.length > 0;
    byId("to-end").hidden = isAtEnd();
  }
}
