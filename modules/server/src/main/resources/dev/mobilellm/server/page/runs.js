/** Answers that are being made, at most one for each conversation. */
import { chat, Failure } from "./api.js";
import { save } from "./conversations.js";

const SAVE_MS = 2000;
const runs = new Map();

export function isRunning(conversation) {
  return runs.has(conversation?.id);
}

/** The conversation with this id if an answer is being made: newer than what is kept. */
export function running(id) {
  return runs.get(id)?.conversation;
}

/** Ends the answer that is being made, if there is one, and waits until it is put away. */
export async function stop(conversation) {
  const run = runs.get(conversation?.id);
  run?.abort.abort();
  await run?.ended;
}

/**
 * Appends an answer to a conversation.
 *
 * @param parameters fields of the request besides the messages
 * @param onStart called with the message
 * @param onChange called with the message whenever it grew, and when it ended
 */
export async function answer(conversation, parameters, onStart, onChange) {
  const messages = toSend(conversation);
  const message = { role: "assistant", content: "", end: "", error: "", stats: {} };
  conversation.messages.push(message);
  const abort = new AbortController();
  const { promise: ended, resolve: end } = Promise.withResolvers();
  runs.set(conversation.id, { conversation, abort, ended });
  onStart(message);
  const saving = setInterval(() => save(conversation), SAVE_MS);
  try {
    message.end = await receive(message, { ...parameters, messages }, abort.signal, onChange);
  } catch (error) {
    message.end = abort.signal.aborted ? "stopped" : "failed";
    message.error = abort.signal.aborted ? "" : sentence(error);
  } finally {
    clearInterval(saving);
    runs.delete(conversation.id);
    conversation.updated = Date.now();
    save(conversation);
    onChange(message);
    end();
  }
}

async function receive(message, body, signal, onChange) {
  const start = performance.now();
  let end = "stop";
  let pieces = 0;
  for await (const { choices, usage } of chat(body, signal)) {
    const piece = choices[0]?.delta?.content;
    end = choices[0]?.finish_reason ?? end;
    if (piece) {
      const now = performance.now() - start;
      message.content += piece;
      message.stats.firstMs ??= now;
      message.stats.lastMs = now;
      message.stats.tokens = ++pieces;
    }
    if (usage) {
      message.stats.tokens = usage.completion_tokens;
      message.stats.promptTokens = usage.prompt_tokens;
      message.stats.cachedTokens = usage.prompt_tokens_details?.cached_tokens ?? 0;
    }
    onChange(message);
  }
  return end;
}

function toSend({ system, messages }) {
  const sent = messages
    .filter(({ content }) => content !== "")
    .map(({ role, content }) => ({ role, content }));
  return system.trim() ? [{ role: "system", content: system }, ...sent] : sent;
}

function sentence(error) {
  return error instanceof Failure ? error.message : `The page made a mistake: ${error.message}`;
}

// Whoever leaves the page keeps what was written until then.
addEventListener("pagehide", () => {
  for (const { conversation } of runs.values()) {
    const last = conversation.messages.at(-1);
    save({ ...conversation, messages: [...conversation.messages.slice(0, -1), { ...last, end: "stopped" }] });
  }
});
