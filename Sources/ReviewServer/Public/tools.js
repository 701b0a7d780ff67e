// What a pointer does to shapes, tool by tool.

import { Brush } from "./masks.js";
import { boxShape, gripAt, isInside, polygonShape, pulled, spanned, withoutCorner } from "./shapes.js";

// In pixels of the screen: how far a pointer may miss, and how far it may tremble.
const reach = 12;
const touchReach = 22;
const tremble = 3;

/**
 * @typedef {"select" | "box" | "polygon" | "mask" | "eraser"} ToolName
 * @typedef {import("./shapes.js").Point} Point
 * @typedef {{kind: "pull", from: Point, shape: import("./shapes.js").Shape, grip: import("./shapes.js").Grip, shapes: import("./shapes.js").Shape[], index: number}
 *   | {kind: "draw", from: Point, shapes: import("./shapes.js").Shape[]}
 *   | {kind: "stroke", last: import("./masks.js").Dab, index: number | null, value: 0 | 1}} Gesture
 */

/** The tool in hand. Dispatches `paint` with what has changed. */
export class Tools extends EventTarget {
  /** @type {ToolName} */
  name = "select";
  /** Of the brush, in pixels of the picture. */
  radius;
  /** The corners of a polygon that is not closed yet. @type {number[] | null} */
  pending = null;
  /** Where the pointer is. @type {Point | null} */
  at = null;
  #objects;
  #stage;
  /** @type {Gesture | null} */
  #gesture = null;

  /** @param {import("./objects.js").Objects} objects @param {import("./stage.js").Stage} stage */
  constructor(objects, stage) {
    super();
    this.#objects = objects;
    this.#stage = stage;
    this.brush = new Brush(stage.size);
    this.radius = Math.max(2, Math.round(Math.max(stage.size.width, stage.size.height) / 40));
  }

  get isBrush() { return this.name === "mask" || this.name === "eraser"; }

  /** @param {ToolName} name */
  use(name) {
    this.cancel();
    this.pending = null;
    this.name = name;
    this.#paint();
  }

  /** @param {number} factor */
  resize(factor) {
    const most = Math.max(this.#stage.size.width, this.#stage.size.height) / 2;
    const wanted = factor > 1 ? Math.max(this.radius * factor, this.radius + 0.5) : this.radius * factor;
    this.radius = Math.min(Math.max(0.5, wanted), most);
    this.#paint();
  }

  /** @param {Point} at @param {PointerEvent} event */
  down(at, event) {
    this.at = at;
    if (this.isBrush) return this.#beginStroke(at, event);
    const far = (event.pointerType === "touch" ? touchReach : reach) / this.#stage.scale;
    if (this.pending) return this.#addCorner(this.pending, at, far);
    const { shapes, shape, chosen } = this.#objects;
    const grip = shape && gripAt(shape, at, far);
    if (grip && shape && chosen !== null) return this.#hold(at, grip, chosen, event.altKey);
    if (this.name === "polygon") {
      this.#objects.choose(null);
      this.pending = [at.x, at.y];
      return this.#paint();
    }
    const hit = this.name === "select" ? this.#shapeAt(at) : null;
    if (hit === null) {
      this.#gesture = { kind: "draw", from: at, shapes };
      return this.#objects.choose(null);
    }
    this.#objects.choose(hit);
    if (shapes[hit].mask) return;
    this.#gesture = { kind: "pull", from: at, shape: shapes[hit], grip: { kind: "inside" }, shapes, index: hit };
  }

  /** @param {Point} at @param {import("./shapes.js").Grip} grip @param {number} index @param {boolean} removes */
  #hold(at, grip, index, removes) {
    const { shapes } = this.#objects;
    if (grip.kind === "corner") {
      if (removes) return this.removeCorner(grip);
      this.#objects.choose(index, grip);
    }
    this.#gesture = { kind: "pull", from: at, shape: shapes[index], grip, shapes, index };
  }

  // The smallest first: a thing in front of another can be reached.
  /** @param {Point} at @param {(shape: import("./shapes.js").Shape) => boolean} [fits] */
  #shapeAt(at, fits = () => true) {
    const { shapes } = this.#objects;
    const inside = shapes.map((shape, index) => ({ shape, index })).filter(({ shape }) => fits(shape) && isInside(shape, at));
    inside.sort((a, b) => a.shape.area - b.shape.area);
    return inside[0]?.index ?? null;
  }

  /** Takes a corner of the chosen polygon away. @param {{ring: number, at: number}} corner */
  removeCorner(corner) {
    const { shape, chosen } = this.#objects;
    const left = shape?.rings && withoutCorner(shape, corner);
    if (!left) return;
    this.#objects.replace(left);
    this.#objects.choose(chosen);
  }

  /** @param {Point} at @param {PointerEvent} event */
  move(at, event) {
    this.at = at;
    const gesture = this.#gesture;
    if (!gesture) return this.#paint();
    if (gesture.kind === "stroke") return this.#stroke(gesture, event);
    const isSteady = Math.hypot(at.x - gesture.from.x, at.y - gesture.from.y) * this.#stage.scale < tremble;
    if (isSteady && this.#objects.shapes === gesture.shapes) return;
    if (gesture.kind === "draw") {
      const shape = boxShape(this.#objects.label, spanned(gesture.from, at, this.#stage.size));
      this.#objects.preview([...gesture.shapes, shape], gesture.shapes.length);
    } else {
      const shape = pulled(gesture.shape, gesture.grip, gesture.from, at, this.#stage.size);
      if (gesture.grip.kind === "edge") this.#objects.corner = { ring: gesture.grip.ring, at: gesture.grip.at + 2 };
      this.#objects.preview(gesture.shapes.with(gesture.index, shape), gesture.index);
    }
  }

  up() {
    const gesture = this.#gesture;
    this.#gesture = null;
    if (gesture?.kind === "stroke") return this.#endStroke(gesture);
    this.#objects.finish();
  }

  cancel() {
    const gesture = this.#gesture;
    this.#gesture = null;
    if (!gesture) return;
    if (gesture.kind === "stroke") this.brush.drop();
    this.#objects.cancel(gesture.kind === "pull" ? gesture.index : null);
  }

  /** @param {Point | null} at where the pointer is, with no button down */
  over(at) {
    this.at = at;
    if (this.isBrush || this.pending) this.#paint();
  }

  // MARK: polygons

  // A click on the first corner closes it, and a double click on the last one.
  /** @param {number[]} corners @param {Point} at @param {number} far */
  #addCorner(corners, at, far) {
    const [toFirst, toLast] = [corners, corners.slice(-2)].map(([x, y]) => Math.hypot(at.x - x, at.y - y));
    if (toFirst < far || toLast < far / 3) return void this.close();
    this.pending = [...corners, at.x, at.y];
    this.#paint();
  }

  /** Closes the polygon; answers whether there was one. */
  close() {
    const corners = this.pending;
    if (!corners) return false;
    if (corners.length < 6) return true;
    this.pending = null;
    const { width, height } = this.#stage.size;
    const ring = corners.map((value, index) =>
      Math.round(Math.min(Math.max(0, value), index % 2 === 0 ? width : height) * 10) / 10);
    this.#objects.add(polygonShape(this.#objects.label, [ring]));
    return true;
  }

  /** Takes the last corner back that was set; answers whether there was one. */
  takeBack() {
    if (!this.pending) return false;
    this.pending = this.pending.length > 2 ? this.pending.slice(0, -2) : null;
    this.#paint();
    return true;
  }

  /** Drops the polygon that is not closed; answers whether there was one. */
  dropPending() {
    if (!this.pending) return false;
    this.pending = null;
    this.#paint();
    return true;
  }

  // MARK: masks

  /** @param {Point} at @param {PointerEvent} event */
  #beginStroke(at, event) {
    const { shapes, shape, chosen, label } = this.#objects;
    const isEraser = this.name === "eraser";
    const index = shape?.mask ? chosen : isEraser ? this.#shapeAt(at, ({ mask }) => mask !== undefined) : null;
    if (isEraser && index === null) return;
    const target = index === null ? null : shapes[index];
    if (index !== chosen) this.#objects.choose(index);
    this.brush.take(target?.mask ?? null, target?.label ?? label);
    const dab = { ...at, radius: this.#radius(event) };
    this.#gesture = { kind: "stroke", last: dab, index, value: isEraser ? 0 : 1 };
    this.#paint({ area: this.brush.dab(dab, dab, isEraser ? 0 : 1) });
  }

  /** One round dab of a new mask, or on the chosen one. @param {Point} at */
  stamp(at) {
    const { shape, chosen, label } = this.#objects;
    this.brush.take(shape?.mask ?? null, shape?.mask ? shape.label : label);
    const dab = { ...at, radius: this.radius };
    this.brush.dab(dab, dab, 1);
    this.#endStroke({ kind: "stroke", last: dab, index: shape?.mask ? chosen : null, value: 1 });
  }

  // A pen that is pressed harder paints broader.
  /** @param {PointerEvent} event */
  #radius({ pointerType, pressure }) {
    return pointerType === "pen" ? this.radius * (0.3 + 1.4 * pressure) : this.radius;
  }

  /** @param {Extract<Gesture, {kind: "stroke"}>} gesture @param {PointerEvent} event */
  #stroke(gesture, event) {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const part of events.length > 0 ? events : [event]) {
      const dab = { ...this.#stage.place(part), radius: this.#radius(part) };
      this.#paint({ area: this.brush.dab(gesture.last, dab, gesture.value) });
      gesture.last = dab;
    }
  }

  /** @param {Extract<Gesture, {kind: "stroke"}>} gesture */
  #endStroke({ index }) {
    const { shapes } = this.#objects;
    const shape = this.brush.done();
    if (index === null) return shape ? this.#objects.add(shape) : this.#paint({ masks: true });
    if (!shape) return this.#objects.step(shapes.toSpliced(index, 1), null);
    // The eraser that met nothing, or the brush where all was painted, is no step.
    const isSame = shape.area === shapes[index].area;
    if (isSame) {
      this.brush.drop();
      return this.#paint({ masks: true });
    }
    this.#objects.step(shapes.with(index, shape), index);
  }

  /** @param {import("./painter.js").Part} [part] */
  #paint(part = {}) { this.dispatchEvent(new CustomEvent("paint", { detail: { tool: true, ...part } })); }
}
