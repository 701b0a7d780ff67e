// Boxes, polygons and masks as values in pixels of the upright picture: where they are, what a
// pointer would grip of them, and what they are after a pull. Nothing here is ever changed in place.

import { covers, maskOf, measure, packed, rleOf, unpacked } from "./rle.js";

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {{width: number, height: number}} Size
 * @typedef {[number, number, number, number]} Box x, y, width, height
 * @typedef {"proposed" | "accepted" | "drawn"} From
 * @typedef {{type: "box" | "polygon" | "mask", label: string, box: Box, area: number, rings?: number[][],
 *   mask?: import("./rle.js").Mask, from: From, score?: number, annotation?: any}} Shape `annotation` is
 *   the label as the server has it, as long as the shape is untouched
 * @typedef {{kind: "side", sides: string} | {kind: "corner" | "edge", ring: number, at: number} | {kind: "inside"}} Grip
 */

/** To tenths of a pixel, as the server proposes them. @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** @param {number[][]} rings @returns {Box} */
function boxAround(rings) {
  const [xs, ys] = [0, 1].map((odd) => rings.flatMap((ring) => ring.filter((_, index) => index % 2 === odd)));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, tenth(Math.max(...xs) - left), tenth(Math.max(...ys) - top)];
}

/** @param {number[]} ring */
function areaOf(ring) {
  let twice = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    twice += ring[at] * ring[next + 1] - ring[next] * ring[at + 1];
  }
  return Math.abs(twice) / 2;
}

/** @param {string} label @param {Box} box @returns {Shape} */
export const boxShape = (label, box) => ({ type: "box", label, box, area: box[2] * box[3], from: "drawn" });

/** @param {string} label @param {number[][]} rings @returns {Shape} */
export const polygonShape = (label, rings) => ({
  type: "polygon", label, rings, box: boxAround(rings), area: rings.reduce((sum, ring) => sum + areaOf(ring), 0), from: "drawn",
});

/** @param {string} label @param {import("./rle.js").Mask} mask @returns {Shape} */
export function maskShape(label, mask) {
  const { area, box } = measure(mask);
  return { type: "mask", label, mask, box: /** @type {Box} */ (box), area, from: "drawn" };
}

/** The shape of a label of the server; nil where it has none. @param {any} annotation @param {From} from @param {number} [score] @returns {Shape | null} */
export function shapeOf(annotation, from, score) {
  const { type, label, bbox, segmentation, rle } = annotation;
  const shape = type === "box" ? boxShape(label, bbox) : type === "polygon" ? polygonShape(label, segmentation)
    : type === "mask" ? maskShape(label, maskOf(rle)) : null;
  return shape && { ...shape, from, score, annotation };
}

/** The text of masks that were written before. @type {WeakMap<object, any>} */
const texts = new WeakMap();

/** The label as the server takes it. @param {Shape} shape */
export function annotationOf({ type, label, box, rings, mask, annotation }) {
  if (annotation) return annotation;
  if (mask) {
    if (!texts.has(mask)) texts.set(mask, rleOf(mask));
    return { type, label, rle: texts.get(mask) };
  }
  return rings ? { type, label, segmentation: rings } : { type, label, bbox: box };
}

/** The same under another name. @param {Shape} shape @param {string} label @returns {Shape} */
export const named = (shape, label) =>
  ({ ...shape, label, annotation: shape.annotation && { ...shape.annotation, label } });

// What a person touched is theirs, whoever proposed it.
/** @param {Shape} old @param {Shape} shape @returns {Shape} */
const instead = (old, shape) => ({ ...shape, label: old.label, from: "drawn", annotation: undefined });

/** A box at another place. @param {Shape} shape @param {Box} box @returns {Shape} */
export const boxed = (shape, box) => instead(shape, boxShape(shape.label, box));

/** @param {Shape} shape @param {Point} at */
export function isInside({ box: [left, top, width, height], rings, mask }, { x, y }) {
  if (x < left || y < top || x > left + width || y > top + height) return false;
  if (mask) return covers(mask, x, y);
  return !rings || rings.some((ring) => {
    let inside = false;
    for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2) {
      const [x1, y1, x2, y2] = [ring[before], ring[before + 1], ring[at], ring[at + 1]];
      if ((y1 > y) !== (y2 > y) && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
    return inside;
  });
}

/** The outline as a path. @param {Shape} shape */
export function pathOf({ box: [x, y, width, height], rings }) {
  return rings ? rings.map((ring) => `M${ring.join(" ")}Z`).join("") : `M${x} ${y}h${width}v${height}h${-width}Z`;
}

/** The corners of a shape, each to be gripped. @param {Shape} shape @returns {Point[]} */
export function cornersOf({ box: [left, top, width, height], rings, mask }) {
  if (mask) return [];
  if (!rings) return [[left, top], [left + width, top], [left, top + height], [left + width, top + height]].map(([x, y]) => ({ x, y }));
  return rings.flatMap((ring) => Array.from({ length: ring.length / 2 }, (_, at) => ({ x: ring[2 * at], y: ring[2 * at + 1] })));
}

/** What a pointer grips of a shape: a corner first, then an edge. @param {Shape} shape @param {Point} at @param {number} reach in pixels of the picture @returns {Grip | null} */
export function gripAt(shape, at, reach) {
  if (shape.mask) return null;
  if (!shape.rings) {
    const sides = sidesAt(shape.box, at, reach);
    return sides ? { kind: "side", sides } : null;
  }
  /** @type {{distance: number, grip: Grip | null}} */
  let nearest = { distance: reach, grip: null };
  for (const kind of /** @type {const} */ (["corner", "edge"])) {
    shape.rings.forEach((ring, number) => {
      for (let place = 0; place < ring.length; place += 2) {
        const next = (place + 2) % ring.length;
        const distance = kind === "corner" ? Math.hypot(ring[place] - at.x, ring[place + 1] - at.y)
          : toEdge(at, ring[place], ring[place + 1], ring[next], ring[next + 1]);
        if (distance < nearest.distance) nearest = { distance, grip: { kind, ring: number, at: place } };
      }
    });
    if (nearest.grip) return nearest.grip;
    nearest.distance = reach * 0.6;
  }
  return null;
}

/** @param {Point} at @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
function toEdge({ x, y }, x1, y1, x2, y2) {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const share = length === 0 ? 0 : clamp(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length, 0, 1);
  return Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
}

/** @param {Box} box @param {Point} at @param {number} reach */
function sidesAt([left, top, width, height], { x, y }, reach) {
  if (x < left - reach || y < top - reach || x > left + width + reach || y > top + height + reach) return "";
  // A small box keeps a middle by which it can be moved.
  const [across, down] = [Math.min(reach, width / 3), Math.min(reach, height / 3)];
  const horizontal = x < left + across ? "w" : x > left + width - across ? "e" : "";
  const vertical = y < top + down ? "n" : y > top + height - down ? "s" : "";
  return vertical + horizontal;
}

/** A shape after a pull at a grip. @param {Shape} shape @param {Grip} grip @param {Point} from @param {Point} to @param {Size} size @returns {Shape} */
export function pulled(shape, grip, from, to, size) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (grip.kind === "inside") return moved(shape, dx, dy, size);
  if (grip.kind === "side") {
    let [left, top, width, height] = shape.box;
    let [right, bottom] = [left + width, top + height];
    if (grip.sides.includes("w")) left += dx;
    if (grip.sides.includes("e")) right += dx;
    if (grip.sides.includes("n")) top += dy;
    if (grip.sides.includes("s")) bottom += dy;
    return boxed(shape, spanned({ x: left, y: top }, { x: right, y: bottom }, size));
  }
  return withCorner(shape, grip, to, size);
}

/** The box between two places, inside of the picture and one pixel at least. @param {Point} a @param {Point} b @param {Size} size @returns {Box} */
export function spanned(a, b, { width, height }) {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map((x) => clamp(x, 0, width));
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)].map((y) => clamp(y, 0, height));
  const [x, y] = [Math.min(left, width - 1), Math.min(top, height - 1)].map(tenth);
  return [x, y, tenth(Math.max(1, right - x)), tenth(Math.max(1, bottom - y))];
}

/** A polygon with a corner at another place; an edge gets a corner of its own. @param {Shape} shape @param {{kind: string, ring: number, at: number}} grip @param {Point} to @param {Size} size */
export function withCorner(shape, { kind, ring, at }, { x, y }, { width, height }) {
  const place = [tenth(clamp(x, 0, width)), tenth(clamp(y, 0, height))];
  const rings = (shape.rings ?? []).map((old, number) =>
    (number === ring ? old.toSpliced(kind === "edge" ? at + 2 : at, kind === "edge" ? 0 : 2, ...place) : old));
  return instead(shape, polygonShape(shape.label, rings));
}

/** A polygon without a corner; nil where too few would be left. @param {Shape} shape @param {{ring: number, at: number}} corner */
export function withoutCorner(shape, { ring, at }) {
  const rings = (shape.rings ?? []).map((old, number) => (number === ring ? old.toSpliced(at, 2) : old))
    .filter(({ length }) => length >= 6);
  return rings.length > 0 ? instead(shape, polygonShape(shape.label, rings)) : null;
}

/** A shape elsewhere; it keeps its size and stays in the picture. @param {Shape} shape @param {number} dx @param {number} dy @param {Size} size @returns {Shape} */
export function moved(shape, dx, dy, { width, height }) {
  const [left, top, across, down] = shape.box;
  const x = clamp(dx, -left, Math.max(-left, width - left - across));
  const y = clamp(dy, -top, Math.max(-top, height - top - down));
  if (shape.mask) return instead(shape, maskShape(shape.label, shifted(shape.mask, Math.round(x), Math.round(y))));
  if (!shape.rings) return boxed(shape, [tenth(left + x), tenth(top + y), across, down]);
  const rings = shape.rings.map((ring) => ring.map((value, index) => tenth(value + (index % 2 === 0 ? x : y))));
  return instead(shape, polygonShape(shape.label, rings));
}

/** @param {import("./rle.js").Mask} mask @param {number} dx @param {number} dy */
function shifted(mask, dx, dy) {
  const { height, width } = mask;
  const [old, bytes] = [unpacked(mask), new Uint8Array(height * width)];
  for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
    const column = (x - dx) * height;
    bytes.set(old.subarray(column + Math.max(0, -dy), column + Math.min(height, height - dy)), x * height + Math.max(0, dy));
  }
  return packed(bytes, height, width);
}

/** A shape of another size, seen from its upper left. @param {Shape} shape @param {number} dx @param {number} dy @param {Size} size @returns {Shape} */
export function resized(shape, dx, dy, size) {
  const [left, top, width, height] = shape.box;
  if (shape.mask) return shape;
  const [, , across, down] = spanned({ x: left, y: top }, { x: Math.max(left + 1, left + width + dx), y: Math.max(top + 1, top + height + dy) }, size);
  if (!shape.rings) return boxed(shape, [left, top, across, down]);
  const [byX, byY] = [across / Math.max(width, 0.1), down / Math.max(height, 0.1)];
  const rings = shape.rings.map((ring) => ring.map((value, index) =>
    tenth(index % 2 === 0 ? left + (value - left) * byX : top + (value - top) * byY)));
  return instead(shape, polygonShape(shape.label, rings));
}

/** The share that the rectangles of two shapes have in common. @param {Shape} a @param {Shape} b */
export function overlap({ box: a }, { box: b }) {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (a[2] * a[3] + b[2] * b[3] - across * down);
}

/** The pixels of a shape, those whose middle it covers. @param {Shape} shape @param {Size} size @returns {Shape} */
export function asMask(shape, { width, height }) {
  const bytes = new Uint8Array(width * height);
  const [x0, y0, across, down] = shape.box;
  for (const ring of shape.rings ?? [[x0, y0, x0 + across, y0, x0 + across, y0 + down, x0, y0 + down]]) {
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(width, x0 + across); x++) {
      const cuts = [];
      for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2) {
        const [x1, y1, x2, y2] = [ring[before], ring[before + 1], ring[at], ring[at + 1]];
        if ((x1 > x + 0.5) !== (x2 > x + 0.5)) cuts.push(y1 + ((y2 - y1) * (x + 0.5 - x1)) / (x2 - x1));
      }
      cuts.sort((a, b) => a - b);
      for (let cut = 0; cut + 1 < cuts.length; cut += 2) {
        const [top, bottom] = [cuts[cut], cuts[cut + 1]].map((y) => clamp(Math.ceil(y - 0.5), 0, height));
        bytes.fill(1, x * height + top, x * height + bottom);
      }
    }
  }
  return instead(shape, maskShape(shape.label, packed(bytes, height, width)));
}
