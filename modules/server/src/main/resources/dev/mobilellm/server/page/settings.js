/** What answers depend on: kept for all conversations, the system message for each. */
import { byId, element } from "./dom.js";
import { read, write } from "./storage.js";

const NAME = "mobilellm.settings";

const NUMBERS = [
  { name: "temperature", label: "Temperature", min: 0, max: 5, step: 0.05, initial: 0.6, hint: "0: always the likeliest token" },
  { name: "top_p", label: "Top p", min: 0, max: 1, step: 0.01, initial: 0.95, hint: "the likeliest tokens, up to this sum" },
  { name: "top_k", label: "Top k", min: 0, max: 200000, step: 1, none: "0", hint: "at most so many tokens; 0: all" },
  { name: "min_p", label: "Min p", min: 0, max: 1, step: 0.01, none: "0", hint: "at least this share of the likeliest" },
  { name: "repetition_penalty", label: "Repetition penalty", min: 0.1, max: 10, step: 0.05, none: "1", hint: "above 1: repeats less" },
  { name: "seed", label: "Seed", min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, none: "random", hint: "the same answer each time" },
  { name: "max_completion_tokens", label: "Longest answer", min: 1, max: 1000000, step: 1, none: "the server's", hint: "in tokens" },
];

const FLAGS = [
  { name: "stop_at_boxed", label: "Stop at the box", hint: "the answer ends where \\boxed{…} closes" },
  { name: "final_only", label: "Result only", hint: "asks for no reasoning, if there is no system message" },
];

const INITIAL = Object.fromEntries(NUMBERS.filter((n) => "initial" in n).map((n) => [n.name, n.initial]));

export class Settings {
  #values = { ...INITIAL };
  #onChange;

  /**
   * @param onChange called when the system message was changed by hand
   */
  constructor(onChange) {
    this.#onChange = onChange;
    try {
      this.#values = JSON.parse(read(NAME)) ?? this.#values;
    } catch {
      // Whatever it is, it is not ours.
    }
    NUMBERS.forEach((number) => byId("sampling").append(this.#number(number)));
    FLAGS.forEach((flag) => byId("mathematics").append(this.#flag(flag)));
    byId("system").addEventListener("input", (event) => {
      this.#set("system", event.target.value);
      this.#onChange(event.target.value);
    });
    byId("reset").addEventListener("click", () => this.#reset());
    byId("open-settings").addEventListener("click", () => byId("settings").showModal());
    byId("settings").addEventListener("click", (event) => {
      if (event.target === byId("settings")) {
        byId("settings").close();
      }
    });
  }

  /** The system message; empty: the one of the model's template. */
  get system() {
    return typeof this.#values.system === "string" ? this.#values.system : "";
  }

  set system(text) {
    this.#values.system = text;
    byId("system").value = text;
  }

  /** Fields of a request. */
  parameters() {
    const numbers = NUMBERS.map(({ name }) => [name, this.#values[name]]);
    const flags = FLAGS.map(({ name }) => [name, this.#values[name]]).filter(([, on]) => on === true);
    return {
      ...Object.fromEntries(numbers.filter(([, value]) => Number.isFinite(value))),
      ...(flags.length > 0 && { math: Object.fromEntries(flags) }),
    };
  }

  #set(name, value) {
    this.#values[name] = value;
    write(NAME, JSON.stringify(this.#values));
  }

  #reset() {
    this.#values = { ...INITIAL, system: this.system };
    write(NAME, JSON.stringify(this.#values));
    NUMBERS.forEach(({ name }) => (byId(name).value = this.#values[name] ?? ""));
    FLAGS.forEach(({ name }) => (byId(name).checked = false));
  }

  #number({ name, label, min, max, step, none = "1", hint }) {
    const oninput = ({ target }) => {
      if (target.validity.valid) {
        this.#set(name, target.value === "" ? null : target.valueAsNumber);
      }
    };
    const input = element("input", { id: name, type: "number", min, max, step, placeholder: none, oninput, "aria-describedby": `${name}-hint` });
    input.value = this.#values[name] ?? "";
    return element(
      "div",
      { class: "field" },
      element("label", { for: name }, label),
      input,
      element("small", { id: `${name}-hint` }, hint),
    );
  }

  #flag({ name, label, hint }) {
    const onchange = ({ target }) => this.#set(name, target.checked);
    const input = element("input", { id: name, type: "checkbox", onchange, "aria-describedby": `${name}-hint` });
    input.checked = this.#values[name] === true;
    return element(
      "div",
      { class: "field flag" },
      input,
      element("label", { for: name }, label),
      element("small", { id: `${name}-hint` }, hint),
    );
  }
}
