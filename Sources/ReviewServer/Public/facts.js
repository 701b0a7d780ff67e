// What is known of a picture beside what is proposed, and what people say of it, on the screens of the queue.

import { get } from "./api.js";
import { button, h, say } from "./dom.js";
import { factList, fileSize, section, takenFacts } from "./lists.js";
import { askComment, commentList, setFlag } from "./remarks.js";
import { store } from "./store.js";
import { reveal, whySection } from "./why.js";

/** It comes when it comes; nothing waits for it. */
export class PictureFacts {
  /** Who has flagged the picture. */
  flagged = h("span");
  node = h("div", { class: "facts-of-picture" });
  #item;
  #shown;
  #comments = h("div");
  /** @type {HTMLElement | null} */
  #why = null;
  /** @type {import("./remarks.js").Comment[]} */
  #said = [];

  /** @param {import("./api.js").ReviewItem} item */
  constructor(item) {
    this.#item = item;
    this.#shown = /** @type {import("./api.js").Picture} */ (item.image);
    this.#load();
  }

  /** What keys do with it. */
  get actions() {
    return {
      flag: () => void this.#flag(true), unflag: () => void this.#flag(false), note: () => this.#comment(),
      why: () => (this.#why ? reveal(this.#why) : say("Nothing more is known of this picture")),
    };
  }

  /** The same as buttons. */
  get buttons() { return [button("F", "flag", () => void this.#flag(true)), button("N", "comment", () => this.#comment())]; }

  async #load() {
    const { id, path, width, height } = this.#shown;
    const size = h("p", { class: "muted numbers" }, `${width} \u00d7 ${height}`);
    const file = section("File", h("p", { class: "path" }, path), size);
    this.node.append(this.#comments, file);
    try {
      const detail = await get(`images/${id}`);
      size.append(`, ${fileSize(detail.bytes)}, ${detail.format}`);
      file.append(factList(takenFacts(detail)));
      this.#paintFlag(detail.flagged_by);
      this.#said.unshift(...(detail.comments ?? []));
      this.#paintComments();
      this.#why = whySection("Why", this.#item, detail);
      this.node.prepend(this.#why);
    } catch { /* the picture can be decided without */ }
  }

  /** @param {boolean} on */
  async #flag(on) {
    if (await setFlag([this.#shown.id], on)) this.#paintFlag(on ? store.reviewer : null);
  }

  /** @param {string | null | undefined} by */
  #paintFlag(by) { this.flagged.textContent = by ? `  \u00b7  flagged by ${by}` : ""; }

  #comment() {
    askComment(this.#shown.id, (comment) => { this.#said.push(comment); this.#paintComments(); });
  }

  #paintComments() {
    this.#comments.replaceChildren(...(this.#said.length === 0 ? [] : [section("Comments", commentList(this.#said))]));
  }
}
