/** Conversations as files, and back. */
import { checked, newId, titleOf } from "./conversations.js";
import { element } from "./dom.js";

const FORMAT = "mobilellm-conversations";

export function toMarkdown(conversation) {
  const parts = [`# ${titleOf(conversation)}`];
  if (conversation.system.trim()) {
    parts.push("## System", conversation.system);
  }
  for (const { role, content } of conversation.messages) {
    parts.push(role === "user" ? "## Question" : "## Answer", content);
  }
  return `${parts.join("\n\n")}\n`;
}

export function toJson(conversations) {
  return `${JSON.stringify({ format: FORMAT, version: 1, conversations }, null, 2)}\n`;
}

/** The conversations of a file, each with an id of its own; empty if it is none of ours. */
export function fromJson(text) {
  try {
    const { format, conversations } = JSON.parse(text);
    return format === FORMAT
      ? conversations
          .map(checked)
          .filter((conversation) => conversation !== null)
          .map((conversation) => ({ ...conversation, id: newId() }))
      : [];
  } catch {
    return [];
  }
}

/** Lets the browser save a text as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** A name for a file, out of a title. */
export function fileName(title, extension) {
  const name = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40);
  return `${name || "conversation"}.${extension}`;
}
