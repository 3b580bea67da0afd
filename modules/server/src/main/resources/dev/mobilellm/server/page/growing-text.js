/** Markdown that grows: only the blocks that changed are made anew. */
import { element } from "./dom.js";
import { blocks, nodes } from "./markdown.js";

export class GrowingText {
  #shown = [];

  constructor(target) {
    this.target = target;
  }

  update(text) {
    const wanted = blocks(text);
    let same = 0;
    while (same < wanted.length && this.#shown[same]?.raw === wanted[same].raw) {
      same++;
    }
    for (const { node } of this.#shown.splice(same)) {
      node.remove();
    }
    for (const block of wanted.slice(same)) {
      const node = element("div", { class: "block" }, nodes(block));
      this.target.append(node);
      this.#shown.push({ raw: block.raw, node });
    }
  }
}
