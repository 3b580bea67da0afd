/** The list of conversations, and what is done with them as wholes. */
import { all, find, forget, onOtherWindow, save, titleOf } from "./conversations.js";
import { byId, element, iconButton } from "./dom.js";
import { download, fromJson, toJson } from "./export.js";
import { notice } from "./announcements.js";
import { focusQuestion } from "./composer.js";
import { isRunning, running, stop } from "./runs.js";

export class Sidebar {
  #chat;

  constructor(chat) {
    this.#chat = chat;
    byId("new").addEventListener("click", () => this.#open());
    byId("export-all").addEventListener("click", () =>
      download("conversations.json", "application/json", toJson(all())),
    );
    byId("import").addEventListener("click", () => byId("import-file").click());
    byId("import-file").addEventListener("change", (event) => this.#import(event.target));
    onOtherWindow((id) => {
      if (id === chat.conversation.id && !chat.isAnswering && find(id)) {
        chat.open(id);
      }
      this.show();
    });
  }

  show() {
    const entries = all().map((kept) => this.#entry(running(kept.id) ?? kept));
    byId("conversations").replaceChildren(...entries);
    byId("no-conversations").hidden = entries.length > 0;
    byId("export-all").disabled = entries.length === 0;
  }

  #open(id) {
    this.#chat.open(id);
    closeDrawer();
    focusQuestion();
  }

  #entry(conversation) {
    const title = titleOf(conversation);
    const isOpen = conversation.id === this.#chat.conversation.id;
    const open = element(
      "button",
      {
        type: "button",
        class: "conversation",
        title,
        "aria-current": isOpen ? "page" : null,
        onclick: () => this.#open(conversation.id),
      },
      title,
    );
    const entry = element(
      "li",
      { class: isRunning(conversation) ? "running" : "" },
      open,
      iconButton("edit", `Rename ${title}`, () => this.#rename(conversation, entry)),
      iconButton("delete", `Delete ${title}`, () => this.#delete(conversation, title)),
    );
    return entry;
  }

  #rename(conversation, entry) {
    const input = element("input", { type: "text", "aria-label": "Title", maxlength: "200" });
    input.value = conversation.title || titleOf(conversation);
    let done = false;
    const end = (keep) => {
      if (done) {
        return;
      }
      done = true;
      if (keep) {
        conversation.title = input.value.trim();
        if (conversation.id === this.#chat.conversation.id) {
          this.#chat.conversation.title = conversation.title;
        }
        save(conversation);
      }
      this.show();
      showTitle(this.#chat.conversation);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.stopPropagation();
        end(event.key === "Enter");
      }
    });
    input.addEventListener("blur", () => end(true));
    entry.replaceChildren(input);
    input.select();
  }

  #delete(conversation, title) {
    const dialog = byId("delete-dialog");
    byId("delete-title").textContent = title;
    dialog.addEventListener(
      "close",
      async () => {
        if (dialog.returnValue === "delete") {
          await stop(conversation);
          forget(conversation.id);
          if (conversation.id === this.#chat.conversation.id) {
            this.#chat.open();
          }
          this.show();
        }
        dialog.returnValue = "";
      },
      { once: true },
    );
    dialog.showModal();
  }

  async #import(input) {
    const conversations = input.files.length > 0 ? fromJson(await input.files[0].text()) : [];
    input.value = "";
    conversations.forEach(save);
    notice(
      conversations.length > 0
        ? `${conversations.length} imported.`
        : "This file holds no conversations that this page exported as JSON.",
    );
    this.show();
  }
}

/** The title above the messages, and that of the window. */
export function showTitle(conversation) {
  const title = titleOf(conversation);
  byId("title").textContent = title;
  document.title = conversation.messages.length > 0 ? `${title} · mobilellm` : "mobilellm";
}

/** On narrow screens the list slides over the page. */
export function startDrawer() {
  byId("menu").addEventListener("click", () => {
    document.body.classList.add("drawer");
    byId("menu").setAttribute("aria-expanded", "true");
    byId("main").inert = true;
    byId("new").focus();
  });
  byId("backdrop").addEventListener("click", closeDrawer);
  matchMedia("(min-width: 52rem)").addEventListener("change", closeDrawer);
}

export function isDrawerOpen() {
  return document.body.classList.contains("drawer");
}

export function closeDrawer() {
  document.body.classList.remove("drawer");
  byId("menu").setAttribute("aria-expanded", "false");
  byId("main").inert = false;
}
