/** Conversations, kept in the browser: an entry of its storage for each. */
import { keys, read, remove, write } from "./storage.js";

const PREFIX = "mobilellm.conversation.";
const TITLE_LENGTH = 60;

/** Not every browser makes random ones for pages that came unencrypted from another machine. */
export function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}

/** A new one, which is kept once it has a message. */
export function create(system) {
  const now = Date.now();
  return { id: newId(), title: "", created: now, updated: now, system, messages: [] };
}

/** What it is called in lists. */
export function titleOf(conversation) {
  const first = conversation.title || (conversation.messages[0]?.content ?? "").trim();
  const line = first.split("\n", 1)[0];
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH)}…` : line || "New conversation";
}

/** All, the last used first. */
export function all() {
  return keys(PREFIX)
    .map((key) => find(key.slice(PREFIX.length)))
    .filter((conversation) => conversation !== null)
    .sort((a, b) => b.updated - a.updated);
}

export function find(id) {
  try {
    return checked({ ...JSON.parse(read(PREFIX + id)), id });
  } catch {
    return null;
  }
}

export function save(conversation) {
  write(PREFIX + conversation.id, JSON.stringify(conversation));
}

export function forget(id) {
  remove(PREFIX + id);
}

/** Calls back when another window changed a conversation. */
export function onOtherWindow(changed) {
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(PREFIX)) {
      changed(event.key?.slice(PREFIX.length) ?? null);
    }
  });
}

/** The conversation in a value from outside, or null: files and storage may hold anything. */
export function checked(value) {
  if (typeof value?.id !== "string" || !Array.isArray(value.messages)) {
    return null;
  }
  const messages = value.messages.filter(
    (message) =>
      (message?.role === "user" || message?.role === "assistant") &&
      typeof message.content === "string",
  );
  return {
    id: value.id,
    title: text(value.title),
    created: time(value.created),
    updated: time(value.updated),
    system: text(value.system),
    messages: messages.map(({ role, content, end, error, stats }) => ({
      role,
      content,
      ...(role === "assistant" && { end: text(end) || "stopped", error: text(error), stats: numbers(stats) }),
    })),
  };
}

function text(value) {
  return typeof value === "string" ? value : "";
}

function time(value) {
  return Number.isFinite(value) ? value : 0;
}

function numbers(stats) {
  return Object.fromEntries(
    Object.entries(stats ?? {}).filter(([, value]) => Number.isFinite(value)),
  );
}
