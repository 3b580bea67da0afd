/** Puts the parts of the page together. */
import { Chat } from "./chat.js";
import { Composer, focusQuestion } from "./composer.js";
import { connect } from "./connection.js";
import { save, titleOf } from "./conversations.js";
import { byId } from "./dom.js";
import { download, fileName, toJson, toMarkdown } from "./export.js";
import { Settings } from "./settings.js";
import { closeDrawer, isDrawerOpen, showTitle, Sidebar, startDrawer } from "./sidebar.js";
import { startTheme } from "./theme.js";

const settings = new Settings((system) => {
  chat.conversation.system = system;
  if (chat.conversation.messages.length > 0) {
    save(chat.conversation);
  }
});
const chat = new Chat(settings, changed);
const sidebar = new Sidebar(chat);
const composer = new Composer(chat);

function changed() {
  const { conversation } = chat;
  const isEmpty = conversation.messages.length === 0;
  showTitle(conversation);
  sidebar.show();
  composer.show();
  byId("export-markdown").disabled = isEmpty;
  byId("export-json").disabled = isEmpty;
  // A page that is loaded again shows the same conversation.
  history.replaceState(null, "", isEmpty ? location.pathname : `#${conversation.id}`);
}

function exportAs(extension, type, text) {
  const { conversation } = chat;
  download(fileName(titleOf(conversation), extension), type, text(conversation));
  byId("export-menu").open = false;
}

byId("export-markdown").addEventListener("click", () => exportAs("md", "text/markdown", toMarkdown));
byId("export-json").addEventListener("click", () =>
  exportAs("json", "application/json", (conversation) => toJson([conversation])),
);
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => composer.ask(example.textContent.trim()));
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close(button.dataset.close));
}
byId("about").addEventListener("click", () => byId("about-dialog").showModal());
byId("try-again").addEventListener("click", connect);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (isDrawerOpen()) {
      closeDrawer();
      byId("menu").focus();
    } else if (byId("export-menu").open) {
      byId("export-menu").open = false;
    } else {
      chat.stop();
    }
  } else if (event.key.toLowerCase() === "o" && event.shiftKey && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    byId("new").click();
  }
});

startTheme();
startDrawer();
chat.open(location.hash.slice(1));
focusQuestion();
connect();
