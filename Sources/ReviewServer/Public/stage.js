// The picture on its stage: one matrix from its pixels to those of the screen, zoom, pan, two touches.

import { pixels, sharpest } from "./api.js";
import { h, picture } from "./dom.js";
import { fileName } from "./lists.js";

// As many pixels of the screen for one of the picture.
const closest = 40;
const step = 1.25;
// So much of the picture stays on the stage, in pixels of the screen.
const kept = 48;
// The widest that the server sends.
const sharpestWidth = 4096;

/**
 * What is done with a pointer that neither pans nor zooms; places are in pixels of the picture.
 * @typedef {{down: (at: import("./shapes.js").Point, event: PointerEvent) => void,
 *   move: (at: import("./shapes.js").Point, event: PointerEvent) => void, up: () => void,
 *   cancel: () => void, over: (at: import("./shapes.js").Point | null) => void}} Tool
 */

/** Dispatches `view` whenever another part of the picture is seen, or the stage has another size. */
export class Stage extends EventTarget {
  scale = 1;
  x = 0;
  y = 0;
  width = 0;
  height = 0;
  /** While it is set, a pointer pans. */
  hand = false;
  /** @type {Tool | null} */
  tool = null;
  #shown;
  #isFit = true;
  #loaded = 0;
  #corner = { left: 0, top: 0 };
  /** @type {Map<number, {x: number, y: number}>} */
  #touches = new Map();
  /** @type {{id: number, x: number, y: number} | null} */
  #pan = null;
  /** @type {number | null} */
  #drawing = null;

  /** @param {import("./api.js").Picture} shown */
  constructor(shown) {
    super();
    this.#shown = shown;
    this.size = { width: shown.width, height: shown.height };
    this.#loaded = innerWidth * 0.7 * devicePixelRatio;
    const name = fileName(shown.path);
    this.node = h("div", { class: "picture stage", tabindex: "-1" }, picture(pixels(shown.id, innerWidth * 0.7), name, name));
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ run) => this.node.addEventListener(type, run);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event, () => this.tool?.up()));
    on("pointercancel", (event) => this.#up(event, () => this.tool?.cancel()));
    on("pointerleave", () => this.tool?.over(null));
    this.node.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.#resized()).observe(this.node);
  }

  /** Where an event is, in pixels of the picture. @param {{clientX: number, clientY: number}} event */
  place({ clientX, clientY }) {
    return { x: (clientX - this.#corner.left - this.x) / this.scale, y: (clientY - this.#corner.top - this.y) / this.scale };
  }

  /** The part of the picture that is seen, in its pixels. */
  get seen() {
    const [left, top] = [Math.max(0, -this.x / this.scale), Math.max(0, -this.y / this.scale)];
    const [right, bottom] = [(this.width - this.x) / this.scale, (this.height - this.y) / this.scale];
    return { left, top, right: Math.min(this.size.width, right), bottom: Math.min(this.size.height, bottom) };
  }

  /** As long as its key is down, wherever the reviewer has put it, a pointer pans. @param {KeyboardEvent} event */
  holdHand({ code }) {
    if (this.hand || !code) return;
    const held = new AbortController();
    const set = (/** @type {boolean} */ isOn) => {
      this.hand = isOn;
      this.node.classList.toggle("hand", isOn);
      if (!isOn) held.abort();
    };
    set(true);
    addEventListener("keyup", (event) => { if (event.code === code) set(false); }, { signal: held.signal });
    // Let go in another window, it is not told.
    addEventListener("blur", () => set(false), { signal: held.signal });
  }

  /** Shows the whole picture, or where that is shown already, one pixel of it as one of the screen. */
  fitOrFull() {
    if (!this.#isFit) return this.fit();
    this.zoom(1 / this.scale);
  }

  /** Shows the whole picture. */
  fit() {
    const { width, height } = this.size;
    const scale = Math.min(this.width / width, this.height / height) || 1;
    this.#see(scale, (this.width - width * scale) / 2, (this.height - height * scale) / 2);
    this.#isFit = true;
  }

  /** Zooms by keys: in, or out. @param {boolean} isIn */
  zoomStep(isIn) { this.zoom(isIn ? step : 1 / step); }

  /** @param {number} factor @param {{x: number, y: number}} [point] of the stage, which stays where it is */
  zoom(factor, { x, y } = { x: this.width / 2, y: this.height / 2 }) {
    const whole = Math.min(this.width / this.size.width, this.height / this.size.height) || 1;
    const scale = Math.min(Math.max(this.scale * factor, Math.min(1, whole) / 2), Math.max(closest, whole));
    const by = scale / this.scale;
    this.#see(scale, x - (x - this.x) * by, y - (y - this.y) * by);
  }

  /** @param {number} scale @param {number} x @param {number} y */
  #see(scale, x, y) {
    this.#isFit = false;
    this.scale = scale;
    this.x = Math.min(Math.max(x, kept - this.size.width * scale), this.width - kept);
    this.y = Math.min(Math.max(y, kept - this.size.height * scale), this.height - kept);
    this.dispatchEvent(new Event("view"));
    this.#sharpen();
  }

  /** Puts the picture where the matrix says. */
  paint() {
    const image = this.node.querySelector("img");
    if (!image) return;
    image.style.width = `${this.size.width}px`;
    image.style.height = `${this.size.height}px`;
    image.style.transform = `matrix(${this.scale}, 0, 0, ${this.scale}, ${this.x}, ${this.y})`;
    // Nearer than this one wants to see the pixels.
    image.style.imageRendering = this.scale >= 4 && this.#loaded >= this.size.width ? "pixelated" : "auto";
  }

  // A picture that is seen larger than it was loaded is loaded larger.
  async #sharpen() {
    const wanted = Math.min(this.size.width, this.size.width * this.scale * devicePixelRatio);
    if (wanted <= this.#loaded * 1.1 || this.#loaded >= sharpestWidth) return;
    this.#loaded = wanted > 2048 ? sharpestWidth : wanted;
    const image = new Image();
    image.src = wanted > 2048 ? sharpest(this.#shown.id) : pixels(this.#shown.id, wanted / devicePixelRatio);
    await image.decode().catch(() => { /* the smaller one stays */ });
    const old = this.node.querySelector("img");
    if (old && image.naturalWidth > old.naturalWidth) old.src = image.src;
  }

  #resized() {
    const { left, top, width, height } = this.node.getBoundingClientRect();
    if (width === 0) return;
    [this.width, this.height, this.#corner] = [width, height, { left, top }];
    if (this.#isFit) this.fit();
    else this.#see(this.scale, this.x, this.y);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.#locate();
    const lines = event.deltaMode === 1 ? 16 : 1;
    // A pinch on a touchpad comes as a wheel with Ctrl, and in smaller steps.
    const speed = event.ctrlKey ? 0.01 : 0.0015;
    this.zoom(Math.exp(-event.deltaY * lines * speed), this.#onStage(event));
  }

  #locate() {
    const { left, top } = this.node.getBoundingClientRect();
    this.#corner = { left, top };
  }

  /** @param {{clientX: number, clientY: number}} event */
  #onStage({ clientX, clientY }) { return { x: clientX - this.#corner.left, y: clientY - this.#corner.top }; }

  /** @param {PointerEvent} event */
  #down(event) {
    event.preventDefault();
    // Else Enter would press the tool that was clicked before, and not close the polygon.
    this.node.focus({ preventScroll: true });
    this.#locate();
    this.node.setPointerCapture(event.pointerId);
    const { pointerId: id, clientX: x, clientY: y } = event;
    if (event.pointerType === "touch") {
      this.#touches.set(id, { x, y });
      if (this.#touches.size > 1) {
        if (this.#drawing !== null) this.tool?.cancel();
        this.#drawing = null;
        return;
      }
    }
    if (this.hand || event.button === 1) this.#pan = { id, x, y };
    else if (event.button === 0) {
      this.#drawing = id;
      this.tool?.down(this.place(event), event);
    }
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { pointerId: id, clientX: x, clientY: y } = event;
    if (this.#touches.size > 1) return this.#pinch(id, { x, y });
    if (this.#pan?.id === id) {
      this.#see(this.scale, this.x + x - this.#pan.x, this.y + y - this.#pan.y);
      this.#pan = { id, x, y };
    } else if (this.#drawing === id) this.tool?.move(this.place(event), event);
    else if (event.pointerType !== "touch") {
      this.#locate();
      this.tool?.over(this.place(event));
    }
  }

  /** Two touches: what was between them stays there. @param {number} id @param {{x: number, y: number}} place */
  #pinch(id, place) {
    const before = [...this.#touches.values()];
    if (!this.#touches.has(id)) return;
    this.#touches.set(id, place);
    const after = [...this.#touches.values()];
    const middle = (/** @type {typeof after} */ [a, b]) => ({ x: (a.x + b.x) / 2 - this.#corner.left, y: (a.y + b.y) / 2 - this.#corner.top });
    const spread = (/** @type {typeof after} */ [a, b]) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const [from, to] = [middle(before), middle(after)];
    this.#see(this.scale, this.x + to.x - from.x, this.y + to.y - from.y);
    this.zoom(spread(after) / spread(before), to);
  }

  /** @param {PointerEvent} event @param {() => void} end */
  #up({ pointerId: id }, end) {
    this.#touches.delete(id);
    if (this.#pan?.id === id) this.#pan = null;
    if (this.#drawing !== id) return;
    this.#drawing = null;
    end();
  }
}
