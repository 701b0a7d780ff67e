// One picture: accept what is proposed, or say its class with one key.

import { get, pixels, thumbnail } from "./api.js";
import { classList, fileName, proposalList, section, suggestionList } from "./lists.js";
import { button, count, dot, h, picture, say, share } from "./dom.js";
import { bind } from "./keys.js";
import { pickCategory } from "./picker.js";
import { askComment, commentList, setFlag } from "./remarks.js";
import { categoryNamed, categoryOfKey, store } from "./store.js";

/** Why the picture is asked about, in words. */
const reasons = {
  uncertain: "the model is not sure", disagreement: "two sides disagree", representative: "typical of many",
  "label-issue": "its label may be wrong", audit: "a check by chance", cluster: "from a group",
};

/** The screen of one picture; it has `main` and `aside` to be shown. */
export class SingleScreen {
  #item;
  #decide;
  #top;
  #flagged = h("span");
  #comments = h("div");
  /** @type {import("./remarks.js").Comment[]} */
  #said = [];
  isAwake = true;

  /**
   * @param {import("./api.js").ReviewItem} item
   * @param {(decision: object, text: string) => void} decide
   */
  constructor(item, decide) {
    this.#item = item;
    this.#decide = decide;
    this.#top = item.predictions[0]?.label;
    const shown = /** @type {import("./api.js").Picture} */ (item.image);
    const name = fileName(shown.path);
    this.heading = h("h1", { tabindex: "-1" }, ...(this.#top === undefined
      ? ["What is this?"]
      : ["Is this ", h("span", { class: "class" }, dot(categoryNamed(this.#top)), h("b", {}, this.#top)), "?"]));
    // The sides of a merge come with whole labels; models that disagree do not.
    const isOfModels = item.reason === "disagreement" && item.predictions.every(({ annotation }) => !annotation);
    const reason = isOfModels ? "the models disagree"
      : /** @type {Record<string, string>} */ (reasons)[item.reason] ?? item.reason;
    this.main = h("div", { class: "screen single" },
      h("header", {}, this.heading, h("p", { class: "muted" }, `${item.item}  \u00b7  ${reason}`, this.#flagged)),
      h("div", { class: "picture" }, picture(pixels(shown.id, innerWidth * 0.7), name, name)),
      this.#bar());
    this.aside = h("div", {},
      ...suggestionList(item, (label) => this.#correct(label)),
      section("Proposed", item.predictions.length > 0
        ? proposalList(item.predictions) : h("p", { class: "muted" }, "Nothing is known yet.")),
      section("Classes", classList(store.classes, (label) => this.#correct(label)),
        button("C", "search, or a new class", () => this.#pick())));
    this.#addDetail(shown);
  }

  get summary() { return this.#top ? `is it ${this.#top}` : "what is it"; }

  bindKeys() {
    bind("cluster");
    bind("decide", {
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      category: (event) => this.#correctByKey(event.key),
      picker: () => this.#pick(),
      flag: () => void this.#flag(true),
      unflag: () => void this.#flag(false),
      note: () => this.#comment(),
    });
  }

  get #id() { return /** @type {import("./api.js").Picture} */ (this.#item.image).id; }

  /** @param {boolean} on */
  async #flag(on) {
    if (await setFlag([this.#id], on)) this.#paintFlag(on ? store.reviewer : null);
  }

  /** @param {string | null | undefined} by */
  #paintFlag(by) { this.#flagged.textContent = by ? `  \u00b7  flagged by ${by}` : ""; }

  #comment() {
    askComment(this.#id, (comment) => { this.#said.push(comment); this.#paintComments(); });
  }

  #paintComments() {
    this.#comments.replaceChildren(...(this.#said.length === 0 ? [] : [section("Comments", commentList(this.#said))]));
  }

  #bar() {
    return h("div", { class: "actions", role: "group", "aria-label": "Decide" },
      this.#top === undefined ? null : button("A", `accept ${this.#top}`, () => this.#accept(), "primary"),
      button("C", "other class", () => this.#pick(), this.#top === undefined ? "primary" : ""),
      button("X", this.#top === undefined ? "no class fits" : `not ${this.#top}`, () => this.#reject()),
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
  }

  // What is known beside the proposals comes when it comes; nothing waits for it.
  /** @param {import("./api.js").Picture} shown */
  async #addDetail(shown) {
    const file = section("File", h("p", { class: "path" }, shown.path),
      h("p", { class: "muted numbers" }, `${shown.width} \u00d7 ${shown.height}`));
    this.aside.append(this.#comments, file);
    try {
      const { nearest, bytes, format, flagged_by, comments } = await get(`images/${shown.id}`);
      file.lastElementChild?.append(`, ${count(Math.round(bytes / 1024))} KB, ${format}`);
      this.#paintFlag(flagged_by);
      this.#said.unshift(...(comments ?? []));
      this.#paintComments();
      if (nearest.length > 0) this.#comments.before(section("Why: nearest pictures", nearestList(nearest)));
    } catch { /* the picture can be decided without */ }
  }

  #accept() {
    if (this.#top === undefined) return say("Nothing is proposed; choose a class");
    this.#decide({ decision: "accept", label: this.#top }, `Accepted as ${this.#top}`);
  }

  #reject() {
    this.#decide({ decision: "reject" },
      this.#top === undefined ? "Set 1 apart: no class fits" : `Rejected: not ${this.#top}`);
  }

  /** @param {string} key */
  #correctByKey(key) {
    const category = categoryOfKey(key);
    if (category) this.#correct(category.name);
    else say(`No class has the key ${key}`);
  }

  #pick() { pickCategory((name) => this.#correct(name)); }

  /** @param {string} label */
  #correct(label) {
    if (label === this.#top) return this.#accept();
    const annotations = [{ type: "classification", label }];
    this.#decide({ decision: "correct", annotations }, `Decided as ${label}`);
  }
}

/** @param {{id: number, similarity: number, label?: string}[]} nearest */
function nearestList(nearest) {
  return h("ul", { class: "nearest" }, ...nearest.slice(0, 5).map(({ id, similarity, label }) => h("li", {},
    picture(thumbnail(id), `image ${id}`, ""),
    h("span", {}, label ? dot(categoryNamed(label)) : null, label ?? "open"),
    h("span", { class: "muted numbers" }, share(similarity)))));
}
