// One picture and all things in it: what was found is taken as it is, or corrected shape by shape.

import { classList, section } from "./lists.js";
import { button, dot, h, repaint, share } from "./dom.js";
import { Editor } from "./editor.js";
import { PictureFacts } from "./facts.js";
import { bind } from "./keys.js";
import { categoryNamed, store } from "./store.js";
import { toolNamed } from "./toolbar.js";

/** @param {number} number */
const things = (number) => `${number} ${number === 1 ? "thing" : "things"}`;

/** The screen of things in a picture; it has `main` and `aside` to be shown. */
export class BoxScreen {
  #item;
  #decide;
  #editor;
  #facts;
  #classes = h("div");
  #classesAre = "";
  isAwake = true;

  /**
   * @param {import("./api.js").ReviewItem} item
   * @param {(decision: object, text: string) => void} decide
   * @param {any[]} [draft] the labels of a decision that was taken back
   */
  constructor(item, decide, draft) {
    this.#item = item;
    this.#decide = decide;
    const shown = /** @type {import("./api.js").Picture} */ (item.image);
    this.#facts = new PictureFacts(item);
    const host = {
      keys: this.#facts.actions,
      accept: (/** @type {any[] | null} */ annotations) => this.#accept(annotations),
      reject: () => this.#take({ decision: "correct", annotations: [] }, "Decided that nothing is here"),
    };
    this.#editor = new Editor(shown, item.predictions, host, draft);
    this.#editor.addEventListener("change", () => this.#paint());
    this.heading = h("h1", { tabindex: "-1" });
    this.caption = h("p", { class: "muted numbers" });
    this.bar = h("div", { class: "actions", role: "group", "aria-label": "Decide" });
    this.main = h("div", { class: "screen single boxes" },
      h("header", {}, this.heading, this.caption), this.#editor.main, this.bar);
    this.aside = h("div", {}, section("Classes", this.#classes,
      button("C", "search, or a new class", () => this.#editor.pick())),
    section("In this picture", this.#editor.aside), this.#facts.node);
    this.#paint();
  }

  get summary() { return `${things(this.#item.predictions.length)} found`; }

  bindKeys() {
    bind("cluster");
    this.#editor.bindKeys();
  }

  #paint() {
    const { shapes, chosen, label, tool } = this.#editor;
    this.heading.replaceChildren(shapes.length === 0
      ? "Is anything here?" : `Is this all: ${things(shapes.length)}?`);
    const what = tool === "select" ? "a drag draws " : `${toolNamed(tool)?.text}  \u00b7  `;
    this.caption.replaceChildren(`${this.#item.item}  \u00b7  `, ...(chosen && tool === "select"
      ? ["chosen: ", dot(categoryNamed(chosen.label)), chosen.label] : [what, dot(categoryNamed(label)), label]), this.#facts.flagged);
    const isOne = chosen?.from === "proposed";
    const all = shapes.length === 0 ? "nothing is here" : `accept ${things(shapes.length)}`;
    const one = chosen && `${chosen.label}${chosen.score === undefined ? "" : ` ${share(chosen.score)}`}`;
    repaint(this.bar,
      button("A", isOne ? `accept this ${one}` : all, () => this.#editor.accept(), "primary"),
      button("X", chosen ? `not this ${chosen.label}` : "nothing is here", () => this.#editor.reject()),
      button("C", chosen ? "its class" : "class to draw", () => this.#editor.pick()),
      button(";", "next", () => this.#editor.next()),
      ...this.#facts.buttons,
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
    this.#paintClasses(chosen?.label ?? label);
  }

  // A class that is new meanwhile makes them another list.
  /** @param {string} label */
  #paintClasses(label) {
    const now = JSON.stringify([label, store.classes.length]);
    if (now === this.#classesAre) return;
    this.#classesAre = now;
    repaint(this.#classes, classList(store.classes, (name) => this.#editor.name(name), label));
  }

  /** @param {any[] | null} annotations */
  #accept(annotations) {
    const number = things(this.#editor.shapes.length);
    if (annotations === null) this.#take({ decision: "accept" }, `Accepted ${number}`);
    else this.#take({ decision: "correct", annotations }, `Decided on ${number}`);
  }

  /** @param {object} decision @param {string} text */
  #take(decision, text) {
    this.#editor.done();
    this.#decide(decision, text);
  }
}
