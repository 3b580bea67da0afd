/** What is said under an answer: how many tokens, how fast, and why it ended if not by itself. */
import { element } from "./dom.js";

const ENDS = {
  stopped: "stopped",
  length: "cut off at the most tokens",
  failed: "ended with an error",
};

/** What came all at once was held back on its way, and its speed is not the model's. */
const LEAST_MS = 20;

export function statistics({ tokens, firstMs, lastMs, promptTokens, cachedTokens }, end) {
  const facts = [];
  if (tokens > 0) {
    facts.push(fact(`${tokens} ${tokens === 1 ? "token" : "tokens"}`, about(promptTokens, cachedTokens)));
  }
  if (tokens > 1 && lastMs - firstMs >= LEAST_MS) {
    const rate = ((tokens - 1) * 1000) / (lastMs - firstMs);
    facts.push(fact(`${rate.toFixed(rate < 100 ? 1 : 0)} tokens/s`, "after the first token"));
  }
  if (firstMs >= 0) {
    facts.push(fact(`first after ${(firstMs / 1000).toFixed(2)} s`, "time to the first token"));
  }
  if (ENDS[end]) {
    facts.push(element("strong", {}, ENDS[end]));
  }
  return facts;
}

function fact(text, title) {
  return element("span", { title }, text);
}

function about(promptTokens, cachedTokens) {
  return promptTokens > 0
    ? `behind ${promptTokens} tokens of conversation, ${cachedTokens} of them remembered by the server`
    : null;
}
