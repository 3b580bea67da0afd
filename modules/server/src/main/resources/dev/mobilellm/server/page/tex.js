/** Where formulas are in a text, and how they are shown. */
import "./katex/dist/katex.min.js";

const DELIMITED = [
  { pattern: /^\$\$([\s\S]+?)\$\$/, display: true },
  { pattern: /^\\\[([\s\S]+?)\\\]/, display: true },
  { pattern: /^\\\(([\s\S]+?)\\\)/, display: false },
  // Prices are no formulas: "$5 and $6" has a space before the second sign, "$5/$6" a digit behind.
  { pattern: /^\$(?![\s$])((?:\\[\s\S]|[^$\\])+?)(?<!\s)\$(?!\d)/, display: false },
];
const ENVIRONMENT = /^\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\1\}/;
const BOX = /^\\boxed\s*\{/;
const BLANK_LINE = /\n\s*\n/;

/** Where a formula might start. */
export const FORMULA_START = /\$|\\\(|\\\[|\\boxed|\\begin\{/;

/** The formula that a text starts with, or null. */
export function formulaAt(text) {
  for (const { pattern, display } of DELIMITED) {
    const found = pattern.exec(text);
    if (found && (display || !BLANK_LINE.test(found[1]))) {
      return { raw: found[0], tex: found[1].trim(), display };
    }
  }
  const environment = ENVIRONMENT.exec(text);
  if (environment) {
    return { raw: environment[0], tex: environment[0], display: true };
  }
  return boxAt(text);
}

/** Models often write the box for an answer without the signs around it. */
function boxAt(text) {
  const start = BOX.exec(text);
  const end = start ? closingBrace(text, start[0].length) : -1;
  if (end < 0) {
    return null;
  }
  const inside = text.slice(start[0].length, end);
  const isProse = /^[\p{L}\d ,.;:'!?-]*\p{L}{2,}[\p{L}\d ,.;:'!?-]*$/u.test(inside);
  return {
    raw: text.slice(0, end + 1),
    tex: isProse ? `\\boxed{\\text{${inside}}}` : `\\boxed{${inside}}`,
    display: false,
  };
}

/** What the last box of a text holds, or null. */
export function lastBox(text) {
  for (let at = text.lastIndexOf("\\boxed"); at >= 0; at = text.lastIndexOf("\\boxed", at - 1)) {
    const start = BOX.exec(text.slice(at));
    const end = start ? closingBrace(text, at + start[0].length) : -1;
    if (end >= 0) {
      return text.slice(at + start[0].length, end);
    }
    if (at === 0) {
      break;
    }
  }
  return null;
}

function closingBrace(text, from) {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\\") {
      i++;
    } else if (text[i] === "{") {
      depth++;
    } else if (text[i] === "}" && --depth === 0) {
      return i;
    }
  }
  return -1;
}

const OPTIONS = {
  trust: false,
  strict: "ignore",
  errorColor: "var(--danger)",
  throwOnError: true,
  maxSize: 20,
  maxExpand: 500,
  // These write style attributes as text, which the page's policy forbids.
  macros: { "\\fcolorbox": "\\@secondoftwo{#1}{\\colorbox{#2}{#3}}", "\\pmb": "\\boldsymbol{#1}" },
};

/** Shows a formula in an element; what is none stays as it was written. */
export function showFormula(tex, display, target) {
  try {
    globalThis.katex.render(tex, target, {
      ...OPTIONS,
      macros: { ...OPTIONS.macros },
      displayMode: display,
    });
  } catch (error) {
    target.replaceChildren(tex);
    target.classList.add("no-formula");
    target.title = error instanceof globalThis.katex.ParseError ? error.message : "";
  }
}
