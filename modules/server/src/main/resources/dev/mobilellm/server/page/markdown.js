/**
 * Markdown to nodes. Nothing in it can run: markup in the text is shown as text, what the parser
 * makes of the rest goes through a sanitiser that knows few elements, and formulas are built from
 * nodes.
 */
import DOMPurify from "./dompurify/dist/purify.es.mjs";
import { Marked } from "./marked/lib/marked.esm.js";
import { decorate } from "./decoration.js";
import { FORMULA_START, formulaAt } from "./tex.js";

const HARMLESS_MARKUP = /^<\/?(br|sub|sup)\s*\/?>$/i;

const formula = (level) => ({
  name: `formula-${level}`,
  level,
  start: (text) => {
    const found = (level === "block" ? /\n {0,3}(\$\$|\\\[|\\begin\{)/ : FORMULA_START).exec(text);
    return found ? found.index + (level === "block" ? 1 : 0) : undefined;
  },
  tokenizer(text) {
    const indent = level === "block" ? /^ {0,3}/.exec(text)[0].length : 0;
    const found = formulaAt(text.slice(indent));
    const behind = found && text.slice(indent + found.raw.length);
    if (!found || (level === "block" && !(found.display && /^[ \t]*(\n|$)/.test(behind)))) {
      return undefined;
    }
    const raw = text.slice(0, indent) + found.raw;
    return { type: `formula-${level}`, raw, tex: found.tex, display: found.display };
  },
  renderer: ({ tex, display }) => {
    const name = display ? "tex-display" : "tex-inline";
    return `<${name}>${escaped(tex)}</${name}>`;
  },
});

const marked = new Marked({ gfm: true, breaks: true });
marked.use({
  extensions: [formula("block"), formula("inline")],
  tokenizer: {
    // 17*23=17*20 is no emphasis.
    emStrong(text, masked, before) {
      return text[0] === "*" && /[\p{L}\p{N})]/u.test(before) ? undefined : false;
    },
    // Nor is ~5 and ~6 struck out.
    del: (text) => (text.startsWith("~~") ? false : undefined),
    // A line below a sum does not make it a heading.
    lheading: () => undefined,
  },
  renderer: {
    html: ({ text }) => (HARMLESS_MARKUP.test(text.trim()) ? text : escaped(text)),
    image: ({ href, text }) => `<a href="${escaped(href)}">Image: ${escaped(text || href)}</a>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code: ({ text, lang }) =>
      `<pre><code data-language="${escaped((lang ?? "").split(/\s/, 1)[0])}">${escaped(text)}</code></pre>`,
  },
});

const ALLOWED = {
  ALLOWED_TAGS: [
    ..."a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong sub sup".split(" "),
    ..."table tbody td th thead tr ul tex-display tex-inline #text".split(" "),
  ],
  ALLOWED_ATTR: ["href", "title", "start", "align", "data-language"],
  // The others must be addresses.
  ADD_URI_SAFE_ATTR: ["start", "align", "data-language"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  RETURN_DOM_FRAGMENT: true,
};

/** The blocks of a text: paragraphs, lists, and so on. Each has its source as `raw`. */
export function blocks(text) {
  const tokens = marked.lexer(text);
  return tokens.filter((token) => token.type !== "space");
}

/** The nodes of one block. */
export function nodes(block) {
  const fragment = DOMPurify.sanitize(marked.parser([block]), ALLOWED);
  decorate(fragment);
  return fragment;
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
