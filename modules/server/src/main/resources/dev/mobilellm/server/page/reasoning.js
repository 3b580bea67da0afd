/** Where an answer's long way ends and its result begins. */
import { blocks } from "./markdown.js";

const OPENING = "<think>";
const CLOSING = "</think>";

/** Shorter ones are read as a whole. */
const LONG = 1500;

/** Words before a box that belong to it. */
const SHORT = 200;

/**
 * The reasoning, which may be empty, and the rest. Models mark it, or write it before the block with
 * the last box; while the answer grows, that block is not known.
 */
export function split(text, growing) {
  const start = text.trimStart();
  if (start.startsWith(OPENING)) {
    const end = start.indexOf(CLOSING);
    return end < 0
      ? { reasoning: start.slice(OPENING.length), answer: "" }
      : { reasoning: start.slice(OPENING.length, end), answer: start.slice(end + CLOSING.length) };
  }
  if (growing || text.length < LONG || !text.includes("\\boxed")) {
    return { reasoning: "", answer: text };
  }
  return beforeLastBox(text);
}

function beforeLastBox(text) {
  const all = blocks(text).map((block) => block.raw.trimEnd());
  const last = all.findLastIndex((raw) => raw.includes("\\boxed"));
  const box = text.lastIndexOf(all[last]);
  const before = last > 0 && all[last - 1].length < SHORT ? all[last - 1] : "";
  const at = before ? text.lastIndexOf(before, box) : box;
  return at < LONG
    ? { reasoning: "", answer: text }
    : { reasoning: text.slice(0, at), answer: text.slice(at) };
}
