// Masks on the screen, and the brush. Masks are painted straight from their runs at the size of the
// screen, so that they need no memory of their own; only the one in hand is kept pixel by pixel.

import { packed, runAt, unpacked } from "./rle.js";
import { maskShape } from "./shapes.js";

/**
 * The mask in hand: its pixels column after column, and which mask they were made of.
 * @typedef {{of: import("./rle.js").Mask | null, bytes: Uint8Array, label: string}} Hand
 * @typedef {{x: number, y: number, radius: number}} Dab
 * @typedef {{left: number, top: number, right: number, bottom: number}} Area
 */

/** The brush: holds the mask in hand, and dabs into it. */
export class Brush {
  /** @type {Hand | null} */
  hand = null;
  /** Whether a stroke goes on. */
  isDown = false;
  #width;
  #height;

  /** @param {import("./shapes.js").Size} size */
  constructor({ width, height }) { [this.#width, this.#height] = [width, height]; }

  /** Begins a stroke on a mask, or on a new one. @param {import("./rle.js").Mask | null} mask @param {string} label */
  take(mask, label) {
    this.isDown = true;
    if (this.hand && mask && this.hand.of === mask) this.hand.label = label;
    else this.hand = { of: mask, label, bytes: mask ? unpacked(mask) : new Uint8Array(this.#width * this.#height) };
  }

  /**
   * Fills what a round brush covers on its way. Each column of it is one piece: from the uppermost
   * to the lowest of the two discs and the sides of the band between them.
   * @param {Dab} a @param {Dab} b @param {0 | 1} value @returns {Area} where pixels may have changed
   */
  dab(a, b, value) {
    const [width, height] = [this.#width, this.#height];
    const left = Math.max(0, Math.floor(Math.min(a.x - a.radius, b.x - b.radius)));
    const right = Math.min(width, Math.ceil(Math.max(a.x + a.radius, b.x + b.radius)));
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [across, down] = [(a.y - b.y) / length, (b.x - a.x) / length];
    let [top, bottom] = [height, 0];
    for (let x = left; x < right; x++) {
      let [low, high] = [Infinity, -Infinity];
      const reach = (/** @type {number} */ y) => { low = Math.min(low, y); high = Math.max(high, y); };
      for (const { x: cx, y: cy, radius } of [a, b]) {
        const half = radius ** 2 - (x + 0.5 - cx) ** 2;
        if (half >= 0) { reach(cy - Math.sqrt(half)); reach(cy + Math.sqrt(half)); }
      }
      for (const side of [1, -1]) {
        const x1 = a.x + side * across * a.radius;
        const x2 = b.x + side * across * b.radius;
        if (x1 === x2 || (x1 > x + 0.5) === (x2 > x + 0.5)) continue;
        const [y1, y2] = [a.y + side * down * a.radius, b.y + side * down * b.radius];
        reach(y1 + ((y2 - y1) * (x + 0.5 - x1)) / (x2 - x1));
      }
      const [first, last] = [Math.max(0, Math.ceil(low - 0.5)), Math.min(height, Math.floor(high - 0.5) + 1)];
      if (first >= last) continue;
      this.hand?.bytes.fill(value, x * height + first, x * height + last);
      top = Math.min(top, first);
      bottom = Math.max(bottom, last);
    }
    return { left, top, right, bottom };
  }

  /** Ends a stroke. @returns {import("./shapes.js").Shape | null} null where nothing is left */
  done() {
    this.isDown = false;
    if (!this.hand) return null;
    const shape = maskShape(this.hand.label, packed(this.hand.bytes, this.#height, this.#width));
    this.hand.of = shape.mask ?? null;
    if (shape.area === 0) this.hand = null;
    return shape.area === 0 ? null : shape;
  }

  drop() { [this.hand, this.isDown] = [null, false]; }
}

/** The canvas that shows all masks. */
export class MaskLayer {
  node = document.createElement("canvas");
  #context = /** @type {CanvasRenderingContext2D} */ (this.node.getContext("2d"));
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(this.#image.data.buffer);

  #isBlank = true;

  /**
   * Paints all masks, or those pixels of the picture that a stroke has changed.
   * @param {import("./stage.js").Stage} stage
   * @param {import("./shapes.js").Shape[]} shapes @param {number | null} chosen
   * @param {Brush} brush @param {(label: string) => number[]} color red, green, blue of a class
   * @param {Area} [area]
   */
  paint(stage, shapes, chosen, brush, color, area) {
    const sharp = devicePixelRatio;
    const [width, height] = [stage.width, stage.height].map((side) => Math.max(1, Math.round(side * sharp)));
    const isNew = this.node.width !== width || this.node.height !== height;
    if (isNew) {
      Object.assign(this.node, { width, height });
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    const view = { scale: stage.scale * sharp, x: stage.x * sharp, y: stage.y * sharp };
    const all = { left: 0, top: 0, right: width, bottom: height };
    const part = area && !isNew ? onScreen(area, view, all) : all;
    const { hand } = brush;
    const isThere = hand && (brush.isDown || shapes.some(({ mask }) => mask === hand.of));
    const isBlank = !isThere && !shapes.some(({ mask }) => mask);
    if (part.left >= part.right || part.top >= part.bottom || (isBlank && this.#isBlank && !isNew)) return;
    this.#isBlank = isBlank;
    for (let y = part.top; y < part.bottom; y++) this.#pixels.fill(0, y * width + part.left, y * width + part.right);
    const order = shapes.map((shape, index) => ({ shape, isChosen: index === chosen }))
      .filter(({ shape }) => shape.mask && shape.mask !== brush.hand?.of)
      .sort((a, b) => Number(a.isChosen) - Number(b.isChosen) || b.shape.area - a.shape.area);
    for (const { shape, isChosen } of order) {
      this.#runs(shape, part, view, tint(color(shape.label), isChosen), shape.from === "proposed");
    }
    if (hand && isThere) this.#bytes(hand, stage, part, view, tint(color(hand.label), true));
    this.#context.putImageData(this.#image, 0, 0, part.left, part.top, part.right - part.left, part.bottom - part.top);
  }

  /** @param {import("./shapes.js").Shape} shape @param {Area} part @param {{scale: number, x: number, y: number}} view @param {number} tint @param {boolean} isHatched */
  #runs({ mask, box }, part, view, tint, isHatched) {
    if (!mask) return;
    const { ends, height } = mask;
    const seen = onScreen({ left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3] }, view, part);
    const across = this.#image.width;
    // Stripes move with the picture.
    const shift = ((Math.round(view.x + view.y) % 12) + 12) % 12;
    for (let sx = seen.left; sx < seen.right; sx++) {
      const column = Math.floor((sx + 0.5 - view.x) / view.scale) * height;
      if (column < 0) continue;
      for (let run = runAt(ends, column); run < ends.length; run++) {
        const start = run === 0 ? 0 : ends[run - 1];
        if (start >= column + height) break;
        if (run % 2 === 0) continue;
        const from = Math.max(seen.top, Math.ceil((Math.max(start, column) - column) * view.scale + view.y - 0.5));
        const to = Math.min(seen.bottom, Math.ceil((Math.min(ends[run], column + height) - column) * view.scale + view.y - 0.5));
        for (let sy = from; sy < to; sy++) {
          if (isHatched && (sx + sy - shift + 1200) % 12 < 5) continue;
          this.#pixels[sy * across + sx] = tint;
        }
      }
    }
  }

  /** @param {Hand} hand @param {import("./stage.js").Stage} stage @param {Area} part @param {{scale: number, x: number, y: number}} view @param {number} tint */
  #bytes({ bytes }, { size: { width, height } }, part, view, tint) {
    const seen = onScreen({ left: 0, top: 0, right: width, bottom: height }, view, part);
    const across = this.#image.width;
    for (let sx = seen.left; sx < seen.right; sx++) {
      const x = Math.floor((sx + 0.5 - view.x) / view.scale);
      if (x < 0 || x >= width) continue;
      for (let sy = seen.top; sy < seen.bottom; sy++) {
        const y = Math.floor((sy + 0.5 - view.y) / view.scale);
        if (y >= 0 && y < height && bytes[x * height + y]) this.#pixels[sy * across + sx] = tint;
      }
    }
  }
}

/** @param {Area} area in pixels of the picture @param {{scale: number, x: number, y: number}} view @param {Area} limit @returns {Area} */
function onScreen({ left, top, right, bottom }, { scale, x, y }, limit) {
  return {
    left: Math.max(limit.left, Math.floor(left * scale + x)), top: Math.max(limit.top, Math.floor(top * scale + y)),
    right: Math.min(limit.right, Math.ceil(right * scale + x)), bottom: Math.min(limit.bottom, Math.ceil(bottom * scale + y)),
  };
}

/** Bytes of a canvas are red, green, blue, alpha, the first one lowest. @param {number[]} color @param {boolean} isChosen */
function tint([red, green, blue], isChosen) {
  return ((isChosen ? 168 : 112) << 24 | blue << 16 | green << 8 | red) >>> 0;
}
