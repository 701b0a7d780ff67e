// One picture and all things in it: what was found is taken as it is, or corrected box by box.

import { pixels } from "./api.js";
import { classList, fileName, section } from "./cluster.js";
import { button, dot, h, picture, say, share } from "./dom.js";
import { bind } from "./keys.js";
import { pickCategory } from "./picker.js";
import { ShapeLayer } from "./shapes.js";
import { categoryNamed, categoryOfKey, store } from "./store.js";

/** @param {number} number */
const things = (number) => `${number} ${number === 1 ? "thing" : "things"}`;

/** The screen of things in a picture; it has `main` and `aside` to be shown. */
export class BoxScreen {
  #item;
  #decide;
  #layer;
  #start;
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
    /** @type {import("./shapes.js").Shape[]} */
    this.#start = item.predictions.filter(({ bbox }) => bbox).map(({ label, bbox, source, score, annotation }) => ({
      label, box: /** @type {import("./shapes.js").Box} */ (bbox), score, annotation,
      from: source === "accepted" ? "accepted" : "proposed",
    }));
    const shapes = draft?.filter(({ bbox }) => bbox).map((annotation) => ({
      label: annotation.label, box: annotation.bbox, from: /** @type {const} */ ("drawn"), annotation,
    }));
    this.#layer = new ShapeLayer(shown.width, shown.height, shapes ?? this.#start,
      this.#start[0]?.label ?? store.classes[0]?.name ?? "thing");
    this.#layer.addEventListener("change", () => this.#paint());
    this.#layer.addEventListener("choose", () => this.#paint());
    const name = fileName(shown.path);
    this.heading = h("h1", { tabindex: "-1" });
    this.caption = h("p", { class: "muted numbers" });
    this.bar = h("div", { class: "actions", role: "group", "aria-label": "Decide" });
    const stage = h("div", { class: "picture stage" }, picture(pixels(shown.id, innerWidth * 0.7), name, name));
    stage.append(this.#layer.node);
    this.main = h("div", { class: "screen single boxes" },
      h("header", {}, this.heading, this.caption), stage, this.bar);
    this.aside = h("div");
    this.#paint();
  }

  get summary() { return `${things(this.#start.length)} found`; }

  get #isChanged() { return this.#layer.shapes !== this.#start; }

  bindKeys() {
    bind("cluster");
    bind("editor", {
      nextShape: () => this.#layer.chooseNext(1),
      move: (event) => this.#move(event),
      unchoose: () => this.#layer.chosen !== null && this.#layer.choose(null),
      drawShape: () => this.#layer.add(),
      removeShape: () => this.#layer.remove(),
      undoStep: () => this.#layer.undo(),
    });
    bind("decide", {
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      category: (event) => this.#nameByKey(event.key),
      picker: () => this.#pick(),
    });
  }

  #paint() {
    const { shapes, chosen, label } = this.#layer;
    this.heading.replaceChildren(shapes.length === 0
      ? "Is anything here?" : `Is this all: ${things(shapes.length)}?`);
    const next = [dot(categoryNamed(label)), label];
    this.caption.replaceChildren(`${this.#item.item}  \u00b7  `, ...(chosen === null
      ? ["drag to draw ", ...next] : [`box ${chosen + 1}: `, ...next]));
    this.bar.replaceChildren(
      button("A", shapes.length === 0 ? "nothing is here" : `accept ${things(shapes.length)}`,
        () => this.#accept(), "primary"),
      button("X", chosen === null ? "nothing is here" : "not this box", () => this.#reject()),
      button("C", chosen === null ? "class to draw" : "class of the box", () => this.#pick()),
      button(";", "next box", () => this.#layer.chooseNext(1)),
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
    this.#paintAside();
  }

  #paintAside() {
    const { shapes, chosen } = this.#layer;
    const rows = shapes.map(({ label, box, from, score }, index) => h("li", {},
      h("button", {
        type: "button", "aria-pressed": String(index === chosen), onclick: () => this.#layer.choose(index),
      }, dot(categoryNamed(label)), h("span", { class: "label" }, label),
      h("span", { class: "muted numbers" }, from === "proposed" ? share(score ?? 0) : from,
        `  ${Math.round(box[2])} \u00d7 ${Math.round(box[3])}`))));
    this.aside.replaceChildren(
      section("Classes", classList(store.classes, (name) => this.#name(name)),
        button("C", "search, or a new class", () => this.#pick())),
      section("In this picture", rows.length > 0
        ? h("ul", { class: "shapelist" }, ...rows) : h("p", { class: "muted" }, "No box yet. Drag over a thing to draw one.")),
      section("File", h("p", { class: "path" }, this.#item.image?.path ?? "")));
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    if (this.#layer.chosen === null) return false;
    const far = event.shiftKey ? 10 : 1;
    const steps = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
    const [x, y] = /** @type {Record<string, number[]>} */ (steps)[event.key];
    this.#layer.nudge(x, y, event.altKey);
  }

  #accept() {
    const { shapes } = this.#layer;
    if (!this.#isChanged) return this.#decide({ decision: "accept" }, `Accepted ${things(shapes.length)}`);
    const annotations = shapes.map(({ label, box, annotation }) =>
      annotation ?? { type: "box", label, bbox: box });
    this.#decide({ decision: "correct", annotations }, `Decided on ${things(shapes.length)}`);
  }

  #reject() {
    if (this.#layer.chosen !== null) return this.#layer.remove();
    this.#decide({ decision: "correct", annotations: [] }, "Decided that nothing is here");
  }

  /** @param {string} key */
  #nameByKey(key) {
    const category = categoryOfKey(key);
    if (category) this.#name(category.name);
    else say(`No class has the key ${key}`);
  }

  #pick() { pickCategory((name) => this.#name(name)); }

  /** @param {string} label */
  #name(label) {
    this.#layer.name(label);
    say(this.#layer.chosen === null ? `Boxes are drawn as ${label}` : `The box is ${label}`);
  }
}
