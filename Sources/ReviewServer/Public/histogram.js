// How a number is spread: the whole set pale, what matches strong; a drag chooses a range.

import { h, pictures, svg } from "./dom.js";
import { fieldName, figure } from "./view.js";

const height = 48;

/** @typedef {{lo: number, hi: number, all: number, filtered: number}} Bin */

export class Histogram {
  #choose;
  /** @type {Bin[]} */
  #bins = [];
  /** The first and the last edge of the range, by bin. */
  #range = [0, 0];
  /** @type {number | undefined} */
  #timer;
  #drag = { anchor: -1, moved: false };
  #all = svg("path", { class: "all" });
  #filtered = svg("path", { class: "filtered" });
  #shade = svg("rect", { class: "shade", y: 0, height });
  #plot = svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, this.#shade, this.#all, this.#filtered);
  #thumbs;
  #caption = h("p", { class: "muted numbers" });

  /**
   * @param {import("./view.js").Field} field
   * @param {(from: number | undefined, to: number | undefined) => void} choose is told when a range is chosen
   */
  constructor(field, choose) {
    this.#choose = choose;
    this.#thumbs = ["from", "to"].map((end, index) => h("div", {
      class: "thumb", role: "slider", tabindex: 0, "aria-label": `${fieldName(field.name)} ${end}`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#step(event, index),
    }));
    this.track = h("div", { class: "plot" }, this.#plot, ...this.#thumbs);
    this.track.addEventListener("pointerdown", (event) => this.#down(event));
    this.track.addEventListener("pointermove", (event) => this.#move(event));
    this.track.addEventListener("pointerup", () => this.#up());
    this.track.addEventListener("pointercancel", () => this.#up());
    this.track.addEventListener("dblclick", () => this.#choose(undefined, undefined));
    this.node = h("div", { class: "histogram" }, this.track, this.#caption);
  }

  /** @param {Bin[]} bins @param {import("./view.js").Condition | undefined} condition */
  update(bins, condition) {
    this.#bins = bins;
    this.#plot.setAttribute("viewBox", `0 0 ${bins.length} ${height}`);
    const most = Math.sqrt(Math.max(1, ...bins.map(({ all }) => all)));
    this.#all.setAttribute("d", bars(bins.map(({ all }) => all), most));
    this.#filtered.setAttribute("d", bars(bins.map(({ filtered }) => filtered), most));
    const from = condition?.from === undefined ? 0 : this.#edge(condition.from);
    const to = condition?.to === undefined ? bins.length : this.#edge(condition.to);
    this.#range = [Math.min(from, bins.length - 1), Math.max(to, from + 1)];
    this.#paint();
  }

  /** The edge of a bin that is nearest to a value. @param {number} value */
  #edge(value) {
    const index = this.#bins.findIndex(({ hi }) => hi > value);
    if (index < 0) return this.#bins.length;
    const { lo, hi } = this.#bins[index];
    return index + Math.round(Math.max(0, value - lo) / (hi - lo || 1));
  }

  /** The value of an edge. @param {number} edge */
  #value(edge) { return edge === 0 ? this.#bins[0]?.lo ?? 0 : this.#bins[edge - 1]?.hi ?? 0; }

  #paint() {
    const [from, to] = this.#range;
    const length = Math.max(1, this.#bins.length);
    this.#shade.setAttribute("x", String(from));
    this.#shade.setAttribute("width", String(Math.max(0, to - from)));
    this.#thumbs.forEach((thumb, index) => {
      const edge = this.#range[index];
      const value = this.#value(edge);
      thumb.style.left = `${(100 * edge) / length}%`;
      thumb.setAttribute("aria-valuemin", String(this.#value(0)));
      thumb.setAttribute("aria-valuemax", String(this.#value(length)));
      thumb.setAttribute("aria-valuenow", String(value));
      thumb.setAttribute("aria-valuetext", figure(value));
    });
    // What a range will hold is known from the bins; nothing is asked for while one drags.
    const inside = this.#bins.slice(from, to);
    const number = inside.reduce((sum, bin) => sum + (this.#drag.moved ? bin.all : bin.filtered), 0);
    this.#caption.textContent = `${figure(this.#value(from))} to ${figure(this.#value(to))}: `
      + `${pictures(number)}${this.#drag.moved ? " of all" : ""}`;
  }

  /** @param {PointerEvent} event */
  #edgeAt(event) {
    const { left, width } = this.track.getBoundingClientRect();
    return Math.max(0, Math.min(this.#bins.length, Math.round((this.#bins.length * (event.clientX - left)) / width)));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.#bins.length === 0 || event.button !== 0) return;
    const thumb = this.#thumbs.indexOf(/** @type {HTMLElement} */ (event.target));
    this.track.setPointerCapture(event.pointerId);
    // A thumb moves against the other one, which stays.
    this.#drag = { anchor: thumb < 0 ? this.#edgeAt(event) : this.#range[1 - thumb], moved: false };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { anchor } = this.#drag;
    if (anchor < 0) return;
    const edge = this.#edgeAt(event);
    if (edge === anchor && !this.#drag.moved) return;
    this.#drag.moved = true;
    this.#range = edge === anchor ? [Math.min(edge, this.#bins.length - 1), Math.max(1, edge + Number(edge < this.#bins.length))]
      : [Math.min(anchor, edge), Math.max(anchor, edge)];
    this.#paint();
  }

  #up() {
    const { moved } = this.#drag;
    this.#drag = { anchor: -1, moved: false };
    if (moved) this.#commit();
  }

  /** @param {KeyboardEvent} event @param {number} index */
  #step(event, index) {
    const length = this.#bins.length;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6, Home: -length, End: length };
    const step = /** @type {Record<string, number>} */ (steps)[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const [low, high] = index === 0 ? [0, this.#range[1] - 1] : [this.#range[0] + 1, length];
    this.#range[index] = Math.max(low, Math.min(high, this.#range[index] + step));
    this.#paint();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#commit(), 250);
  }

  #commit() {
    const [from, to] = this.#range;
    this.#choose(from === 0 ? undefined : this.#value(from), to === this.#bins.length ? undefined : this.#value(to));
  }
}

/** One path for all bars; roots, so that small ones are seen. @param {number[]} counts @param {number} most */
function bars(counts, most) {
  return counts.map((number, index) => {
    if (number === 0) return "";
    const top = height - Math.max(1.5, (height * Math.sqrt(number)) / most);
    return `M${index + 0.08} ${height}V${top.toFixed(1)}h0.84V${height}z`;
  }).join("");
}
