/** What the page asks of its server: the protocol that all other clients use. */
import { askForKey, key } from "./key.js";
import { events } from "./sse.js";

/** Something that a person should read, in a sentence. */
export class Failure extends Error {}

/** No server is there, now. */
export class Gone extends Failure {
  constructor() {
    super("The server does not answer. Is it still running?");
  }
}

const BROKEN = "The connection to the server broke off.";

async function ask(path, options = {}) {
  while (true) {
    const used = key();
    const headers = { ...options.headers, ...(used && { authorization: `Bearer ${used}` }) };
    let response;
    try {
      response = await fetch(path, { ...options, headers });
    } catch (error) {
      throw options.signal?.aborted ? error : new Gone();
    }
    if (response.ok) {
      return response;
    }
    if (response.status === 401 && (key() !== used || (await askForKey(used !== null)))) {
      continue;
    }
    throw new Failure(await sentence(response));
  }
}

async function sentence(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}

/** The model that is served: name and length of its context. */
export async function model() {
  const response = await ask("v1/models");
  const { id, max_model_len: context } = (await response.json()).data[0];
  return { id, context };
}

/** Whether the server is there. */
export async function isHealthy() {
  try {
    return (await fetch("health")).ok;
  } catch {
    return false;
  }
}

/** The chunks of an answer. Aborting the signal ends it, here and on the server. */
export async function* chat(body, signal) {
  const response = await ask("v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  try {
    for await (const data of events(response.body)) {
      if (data === "[DONE]") {
        return;
      }
      const chunk = JSON.parse(data);
      if (chunk.error) {
        throw new Failure(chunk.error.message);
      }
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Failure || signal.aborted ? error : new Failure(BROKEN);
  }
  throw new Failure(BROKEN);
}
