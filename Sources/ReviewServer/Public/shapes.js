// Boxes over a picture: choose, draw, move, resize; all in pixels of the upright picture.

import { categoryNamed } from "./store.js";

const svgNames = "http://www.w3.org/2000/svg";
// A box that is smaller was a click.
const leastSide = 3;
// In pixels of the screen.
const handleSide = 10;
const reach = 12;

/**
 * @typedef {[number, number, number, number]} Box x, y, width, height
 * @typedef {{label: string, box: Box, from: "proposed" | "accepted" | "drawn", score?: number,
 *   annotation?: any}} Shape
 */

/** @param {string} tag @param {Record<string, unknown>} attributes */
function svg(tag, attributes) {
  const node = document.createElementNS(svgNames, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

/** To tenths of a pixel, as the server proposes them. @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/** Whether a shape is no more than its box: outlines and masks keep their place. @param {Shape} shape */
const isBox = ({ annotation }) => !annotation || annotation.type === "box";

/** The shapes of one picture. Dispatches `change` after each finished gesture, `choose` when another is chosen. */
export class ShapeLayer extends EventTarget {
  /** @type {Shape[]} */
  shapes;
  /** @type {number | null} */
  chosen = null;
  /** The class of what is drawn next. @type {string} */
  label;
  #width;
  #height;
  /** @type {Shape[][]} */
  #past = [];
  /** @type {{kind: "draw" | "move" | "resize", from: {x: number, y: number}, start: Box, edges: string, before: Shape[]} | null} */
  #gesture = null;

  /** @param {number} width @param {number} height @param {Shape[]} shapes @param {string} label */
  constructor(width, height, shapes, label) {
    super();
    [this.#width, this.#height] = [width, height];
    this.shapes = shapes;
    this.label = label;
    this.node = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "shapes", role: "presentation" });
    this.node.addEventListener("pointerdown", (event) => this.#down(/** @type {PointerEvent} */ (event)));
    this.node.addEventListener("pointermove", (event) => this.#drag(/** @type {PointerEvent} */ (event)));
    this.node.addEventListener("pointerup", () => this.#up());
    this.node.addEventListener("pointercancel", () => this.#cancel());
    this.#paint();
  }

  /** @param {number | null} index */
  choose(index) {
    this.chosen = index;
    this.#paint();
    this.dispatchEvent(new Event("choose"));
  }

  /** The next shape after the chosen one. @param {number} step */
  chooseNext(step) {
    if (this.shapes.length === 0) return;
    const at = this.chosen ?? (step > 0 ? -1 : 0);
    this.choose((at + step + this.shapes.length) % this.shapes.length);
  }

  /** Puts a new shape in the middle of the picture, to be moved by keys. */
  add() {
    this.#remember();
    const [width, height] = [tenth(this.#width / 5), tenth(this.#height / 5)];
    const box = /** @type {Box} */ ([tenth(this.#width * 0.4), tenth(this.#height * 0.4), width, height]);
    this.shapes = [...this.shapes, { label: this.label, box, from: "drawn" }];
    this.choose(this.shapes.length - 1);
    this.dispatchEvent(new Event("change"));
  }

  /** Takes the chosen shape away. */
  remove() {
    if (this.chosen === null) return;
    this.#remember();
    this.shapes = this.shapes.filter((_, index) => index !== this.chosen);
    this.choose(this.shapes.length === 0 ? null : Math.min(this.chosen, this.shapes.length - 1));
    this.dispatchEvent(new Event("change"));
  }

  /** Gives the chosen shape a class, or what is drawn next. @param {string} label */
  name(label) {
    this.label = label;
    const old = this.chosen === null ? undefined : this.shapes[this.chosen];
    if (old) this.#change({ ...old, label, annotation: old.annotation && { ...old.annotation, label } });
    else this.dispatchEvent(new Event("change"));
  }

  /** Moves the chosen shape, or its lower right corner. @param {number} x @param {number} y @param {boolean} resizes */
  nudge(x, y, resizes) {
    if (this.chosen === null || !isBox(this.shapes[this.chosen])) return;
    const [left, top, width, height] = this.shapes[this.chosen].box;
    this.#change({
      ...this.shapes[this.chosen], annotation: undefined,
      box: this.#clipped(resizes ? [left, top, width + x, height + y] : [left + x, top + y, width, height], !resizes),
    });
  }

  /** Takes the last gesture back; answers whether there was one. */
  undo() {
    const before = this.#past.pop();
    if (!before) return false;
    this.shapes = before;
    this.choose(null);
    this.dispatchEvent(new Event("change"));
    return true;
  }

  // The lists are never changed, so the one of before is kept as it is.
  #remember() { this.#past.push(this.shapes); }

  /** @param {Shape} shape */
  #change(shape) {
    if (this.chosen === null) return;
    this.#remember();
    this.shapes = this.shapes.map((old, index) => (index === this.chosen ? shape : old));
    this.#paint();
    this.dispatchEvent(new Event("change"));
  }

  // Inside of the picture: a box that is moved keeps its size, one that is resized is cut off.
  /** @param {Box} box @param {boolean} keepsSize @returns {Box} */
  #clipped([x, y, width, height], keepsSize) {
    if (keepsSize) {
      const left = Math.min(Math.max(0, x), this.#width - width);
      const top = Math.min(Math.max(0, y), this.#height - height);
      return [tenth(left), tenth(top), width, height];
    }
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    const [right, bottom] = [Math.min(this.#width, x + width), Math.min(this.#height, y + height)];
    return [tenth(left), tenth(top), tenth(Math.max(1, right - left)), tenth(Math.max(1, bottom - top))];
  }

  /** Pixels of the picture to a pixel of the screen. */
  get #scale() {
    const matrix = /** @type {SVGSVGElement} */ (this.node).getScreenCTM();
    return matrix && matrix.a > 0 ? 1 / matrix.a : 1;
  }

  /** Where a pointer is, in pixels of the picture. @param {PointerEvent} event */
  #place(event) {
    const matrix = /** @type {SVGSVGElement} */ (this.node).getScreenCTM();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix?.inverse());
    return { x: point.x, y: point.y };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.node.setPointerCapture(event.pointerId);
    const at = this.#place(event);
    const edges = this.chosen === null || !isBox(this.shapes[this.chosen]) ? "" : this.#edgesAt(this.shapes[this.chosen].box, at);
    const before = this.shapes;
    if (edges && this.chosen !== null) {
      this.#gesture = { kind: "resize", from: at, start: this.shapes[this.chosen].box, edges, before };
      return;
    }
    const hit = this.#shapeAt(at);
    if (hit !== null) {
      this.choose(hit);
      if (isBox(this.shapes[hit])) this.#gesture = { kind: "move", from: at, start: this.shapes[hit].box, edges: "", before };
      return;
    }
    this.#gesture = { kind: "draw", from: at, start: [at.x, at.y, 0, 0], edges: "", before };
    this.choose(null);
  }

  // The smallest first: a thing in front of another can be reached.
  /** @param {{x: number, y: number}} at */
  #shapeAt({ x, y }) {
    const inside = this.shapes.map(({ box }, index) => ({ box, index })).filter(({ box: [left, top, width, height] }) =>
      x >= left && y >= top && x <= left + width && y <= top + height);
    inside.sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
    return inside[0]?.index ?? null;
  }

  /** Which edges of a box a pointer holds. @param {Box} box @param {{x: number, y: number}} at */
  #edgesAt([left, top, width, height], { x, y }) {
    const far = reach * this.#scale;
    if (x < left - far || y < top - far || x > left + width + far || y > top + height + far) return "";
    const across = Math.abs(x - left) < far ? "w" : Math.abs(x - left - width) < far ? "e" : "";
    const down = Math.abs(y - top) < far ? "n" : Math.abs(y - top - height) < far ? "s" : "";
    return down + across;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const gesture = this.#gesture;
    if (!gesture) return;
    const at = this.#place(event);
    const [dx, dy] = [at.x - gesture.from.x, at.y - gesture.from.y];
    const [left, top, width, height] = gesture.start;
    if (gesture.kind === "draw") {
      const box = this.#clipped([Math.min(gesture.from.x, at.x), Math.min(gesture.from.y, at.y), Math.abs(dx), Math.abs(dy)], false);
      this.shapes = [...gesture.before, { label: this.label, box, from: "drawn" }];
      this.chosen = this.shapes.length - 1;
    } else if (this.chosen !== null) {
      const { edges } = gesture;
      const box = gesture.kind === "move" ? this.#clipped([left + dx, top + dy, width, height], true) : this.#clipped([
        edges.includes("w") ? Math.min(left + dx, left + width - 1) : left,
        edges.includes("n") ? Math.min(top + dy, top + height - 1) : top,
        edges.includes("w") ? Math.max(1, width - dx) : edges.includes("e") ? Math.max(1, width + dx) : width,
        edges.includes("n") ? Math.max(1, height - dy) : edges.includes("s") ? Math.max(1, height + dy) : height,
      ], false);
      this.shapes = gesture.before.map((shape, index) =>
        (index === this.chosen ? { ...shape, box, annotation: undefined } : shape));
    }
    this.#paint();
  }

  #up() {
    const gesture = this.#gesture;
    this.#gesture = null;
    if (!gesture) return;
    const [, , width, height] = this.chosen === null ? [0, 0, 0, 0] : this.shapes[this.chosen].box;
    const isClick = gesture.kind === "draw" && (width < leastSide || height < leastSide);
    const isSame = this.chosen !== null && gesture.kind !== "draw"
      && this.shapes[this.chosen].box.every((value, index) => Math.abs(value - gesture.start[index]) < 0.5);
    if (isClick || isSame) {
      this.shapes = gesture.before;
      if (isClick) this.chosen = null;
    } else if (this.shapes !== gesture.before) {
      this.#past.push(gesture.before);
      this.dispatchEvent(new Event("change"));
    }
    this.#paint();
    this.dispatchEvent(new Event("choose"));
  }

  #cancel() {
    if (this.#gesture) this.shapes = this.#gesture.before;
    this.#gesture = null;
    this.choose(null);
  }

  #paint() {
    const scale = this.#scale;
    this.node.replaceChildren(...this.shapes.flatMap((shape, index) => {
      const [x, y, width, height] = shape.box;
      const id = categoryNamed(shape.label)?.id ?? 1;
      const isChosen = index === this.chosen;
      const names = `shape c${(id - 1) % 10} ${shape.from}${isChosen ? " chosen" : ""}`;
      const side = handleSide * scale;
      const handles = !isChosen ? [] : [[x, y], [x + width, y], [x, y + height], [x + width, y + height]].map(([cx, cy]) =>
        svg("rect", { class: "handle", x: cx - side / 2, y: cy - side / 2, width: side, height: side }));
      return [
        svg("rect", { class: `${names} under`, x, y, width, height }),
        svg("rect", { class: names, x, y, width, height }), ...handles,
      ];
    }));
  }
}
