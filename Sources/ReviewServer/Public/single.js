// One picture: accept what is proposed, or say its class with one key.

import { pixels } from "./api.js";
import { classList, fileName, proposalList, section, suggestionList } from "./lists.js";
import { button, dot, h, picture, say } from "./dom.js";
import { PictureFacts } from "./facts.js";
import { bind } from "./keys.js";
import { pickByKey, pickCategory } from "./picker.js";
import { categoryNamed, store } from "./store.js";
import { reasonOf } from "./why.js";

/** The screen of one picture; it has `main` and `aside` to be shown. */
export class SingleScreen {
  #item;
  #decide;
  #top;
  #facts;
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
    this.#facts = new PictureFacts(item);
    this.main = h("div", { class: "screen single" },
      h("header", {}, this.heading, h("p", { class: "muted" }, `${item.item}  \u00b7  ${reasonOf(item)}`, this.#facts.flagged)),
      h("div", { class: "picture" }, picture(pixels(shown.id, innerWidth * 0.7), name, name)),
      this.#bar());
    this.aside = h("div", {},
      ...suggestionList(item, (label) => this.#correct(label)),
      section("Proposed", item.predictions.length > 0
        ? proposalList(item.predictions) : h("p", { class: "muted" }, "Nothing is known yet.")),
      section("Classes", classList(store.classes, (label) => this.#correct(label)),
        button("C", "search, or a new class", () => this.#pick())),
      this.#facts.node);
  }

  get summary() { return this.#top ? `is it ${this.#top}` : "what is it"; }

  bindKeys() {
    bind("cluster");
    bind("decide", {
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      category: ({ key }) => pickByKey(key, (name) => this.#correct(name)),
      picker: () => this.#pick(),
      ...this.#facts.actions,
    });
  }

  #bar() {
    return h("div", { class: "actions", role: "group", "aria-label": "Decide" },
      this.#top === undefined ? null : button("A", `accept ${this.#top}`, () => this.#accept(), "primary"),
      button("C", "other class", () => this.#pick(), this.#top === undefined ? "primary" : ""),
      button("X", this.#top === undefined ? "no class fits" : `not ${this.#top}`, () => this.#reject()),
      ...this.#facts.buttons,
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
  }

  #accept() {
    if (this.#top === undefined) return say("Nothing is proposed; choose a class");
    this.#decide({ decision: "accept", label: this.#top }, `Accepted as ${this.#top}`);
  }

  #reject() {
    this.#decide({ decision: "reject" },
      this.#top === undefined ? "Set 1 apart: no class fits" : `Rejected: not ${this.#top}`);
  }

  #pick() { pickCategory((name) => this.#correct(name)); }

  /** @param {string} label */
  #correct(label) {
    if (label === this.#top) return this.#accept();
    const annotations = [{ type: "classification", label }];
    this.#decide({ decision: "correct", annotations }, `Decided as ${label}`);
  }
}
