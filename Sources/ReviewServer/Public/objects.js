// What is in one picture, which of it is chosen, and each step that was taken.

import { named } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */

/**
 * Dispatches `show` whenever something looks different, in the middle of a gesture too, and `change`
 * after each finished step.
 */
export class Objects extends EventTarget {
  /** @type {Shape[]} */
  shapes;
  /** @type {number | null} */
  chosen = null;
  /** The corner of the chosen polygon that arrows move. @type {{ring: number, at: number} | null} */
  corner = null;
  /** The class of what is drawn next. @type {string} */
  label;
  // The lists are never changed, so that of before is kept as it is.
  /** @type {Shape[][]} */
  #past = [];
  /** @type {Shape[][]} */
  #future = [];
  /** @type {Shape[] | null} */
  #before = null;

  /** @param {Shape[]} shapes @param {string} label */
  constructor(shapes, label) {
    super();
    this.shapes = shapes;
    this.label = label;
  }

  /** The chosen shape. */
  get shape() { return this.chosen === null ? undefined : this.shapes[this.chosen]; }

  /** Whether a gesture goes on. */
  get isUnderWay() { return this.#before !== null; }

  /** How many steps can be taken back. */
  get steps() { return this.#past.length; }

  /** @param {number | null} index @param {{ring: number, at: number} | null} [corner] */
  choose(index, corner = null) {
    [this.chosen, this.corner] = [index, corner];
    this.#shown();
  }

  /** Chooses the next shape, or the one before. @param {number} by @param {(shape: Shape) => boolean} [fits] @returns {boolean} whether there is one */
  chooseNext(by, fits = () => true) {
    const count = this.shapes.length;
    let at = this.chosen ?? (by > 0 ? -1 : 0);
    for (let tried = 0; tried < count; tried++) {
      at = (at + by + count) % count;
      if (!fits(this.shapes[at])) continue;
      this.choose(at);
      return true;
    }
    return false;
  }

  /** One step: other shapes. @param {Shape[]} shapes @param {number | null} chosen */
  step(shapes, chosen) {
    this.#past.push(this.#before ?? this.shapes);
    this.#future = [];
    this.#before = null;
    this.shapes = shapes;
    [this.chosen, this.corner] = [chosen, chosen === this.chosen ? this.corner : null];
    this.#changed();
  }

  /** @param {Shape} shape */
  add(shape) { this.step([...(this.#before ?? this.shapes), shape], (this.#before ?? this.shapes).length); }

  /** Puts another in place of the chosen one. @param {Shape} shape */
  replace(shape) {
    if (this.chosen !== null) this.step(this.shapes.with(this.chosen, shape), this.chosen);
  }

  /** Takes the chosen one away. */
  remove() {
    if (this.chosen === null) return;
    const left = this.shapes.toSpliced(this.chosen, 1);
    this.corner = null;
    this.step(left, left.length === 0 ? null : Math.min(this.chosen, left.length - 1));
  }

  /** Gives the chosen shape a class, or what is drawn next. @param {string} label */
  name(label) {
    this.label = label;
    if (this.shape && this.shape.label !== label) this.replace(named(this.shape, label));
    else this.#shown();
  }

  /** Shows shapes in the middle of a gesture. @param {Shape[]} shapes @param {number | null} chosen */
  preview(shapes, chosen) {
    this.#before ??= this.shapes;
    this.shapes = shapes;
    this.chosen = chosen;
    this.#shown();
  }

  /** Ends a gesture: what is shown is a step. */
  finish() {
    if (this.#before) this.step(this.shapes, this.chosen);
  }

  /** Ends a gesture as if it had not been. @param {number | null} chosen */
  cancel(chosen) {
    if (this.#before) this.shapes = this.#before;
    this.#before = null;
    this.choose(chosen);
  }

  /** Takes the last step back; answers whether there was one. */
  undo() { return this.#turn(this.#past, this.#future); }

  /** Takes the last step again that was taken back. */
  redo() { return this.#turn(this.#future, this.#past); }

  /** @param {Shape[][]} from @param {Shape[][]} to */
  #turn(from, to) {
    const shapes = from.pop();
    if (!shapes) return false;
    to.push(this.#before ?? this.shapes);
    this.#before = null;
    this.shapes = shapes;
    [this.chosen, this.corner] = [null, null];
    this.#changed();
    return true;
  }

  #shown() { this.dispatchEvent(new Event("show")); }

  #changed() {
    this.#shown();
    this.dispatchEvent(new Event("change"));
  }
}
