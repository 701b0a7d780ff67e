// Edits by key: of the chosen shape, of its corners, and copies for the next picture.

import { say } from "./dom.js";
import { boxShape, moved, named, overlap, polygonShape, resized, withCorner } from "./shapes.js";

/**
 * @typedef {import("./objects.js").Objects} Objects
 * @typedef {import("./shapes.js").Shape} Shape
 */

/** The corners of all rings. @param {Shape} shape */
export const allCorners = (shape) => (shape.rings ?? []).flatMap((ring, number) =>
  Array.from({ length: ring.length / 2 }, (_, at) => ({ ring: number, at: 2 * at })));

/** Which of the corners is chosen, from 0; -1 where none is. @param {ReturnType<typeof allCorners>} all @param {Objects["corner"]} corner */
export const cornerIndex = (all, corner) => all.findIndex(({ ring, at }) => ring === corner?.ring && at === corner.at);

/** Chooses the next corner of the chosen polygon. @param {Objects} objects */
export function nextCorner(objects) {
  const { shape, corner, chosen } = objects;
  if (!shape?.rings) return say("Choose a polygon first");
  const all = allCorners(shape);
  const next = (cornerIndex(all, corner) + 1) % all.length;
  objects.choose(chosen, all[next]);
  say(`Corner ${next + 1} of ${all.length}`);
}

/** Moves the chosen corner or shape by an arrow; with Alt its lower right side. @param {Objects} objects @param {import("./shapes.js").Size} size @param {KeyboardEvent} event */
export function moveByKey(objects, size, event) {
  const { shape, corner } = objects;
  if (!shape) return false;
  const far = event.shiftKey ? 10 : 1;
  const steps = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
  const [x, y] = /** @type {Record<string, number[]>} */ (steps)[event.key];
  const at = corner && shape.rings?.[corner.ring].slice(corner.at, corner.at + 2);
  if (corner && at) objects.replace(withCorner(shape, { kind: "corner", ...corner }, { x: at[0] + x, y: at[1] + y }, size));
  else if (event.altKey && shape.mask) say("Brush and eraser change the size of a mask");
  else objects.replace(event.altKey ? resized(shape, x, y, size) : moved(shape, x, y, size));
}

/** Puts what the tool draws in the middle of what is seen, to be moved by keys. @param {Objects} objects @param {import("./stage.js").Stage} stage @param {import("./tools.js").Tools} tools */
export function putInMiddle(objects, stage, tools) {
  const { left: x, top: y, right, bottom } = stage.seen;
  const tenths = [x + (right - x) * 0.4, y + (bottom - y) * 0.4, (right - x) / 5, (bottom - y) / 5];
  const [left, top, width, height] = tenths.map((value) => Math.round(value * 10) / 10);
  if (tools.name === "box") objects.add(boxShape(objects.label, [left, top, width, height]));
  else if (tools.isBrush) tools.stamp({ x: left + width / 2, y: top + height / 2 });
  else objects.add(polygonShape(objects.label, [[left, top, left + width, top, left + width, top + height, left, top + height]]));
}

/** Puts the chosen shape where the proposal below it is. @param {Objects} objects @param {Shape[]} start */
export function snap(objects, start) {
  const { shape } = objects;
  if (!shape) return say("Choose a shape first");
  const [below] = start.filter(({ from }) => from === "proposed")
    .map((proposal) => ({ proposal, share: overlap(proposal, shape) })).sort((a, b) => b.share - a.share);
  if (!below || below.share === 0) return say("No proposal lies below it");
  objects.replace({ ...named(below.proposal, shape.label), from: "accepted" });
  say("Put where the proposal is");
}

/** What is copied to the next picture, and from which. @type {{picture: number, shapes: Shape[]} | null} */
let carried = null;

/** Takes shapes along to the next picture, or not any more; answers what to say. @param {number} picture @param {Objects} objects */
export function carry(picture, { shape, shapes }) {
  const taken = shape ? [shape] : shapes;
  const isTwice = carried?.picture === picture && carried.shapes.length === taken.length
    && carried.shapes.every((shape, index) => shape === taken[index]);
  carried = isTwice || taken.length === 0 ? null : { picture, shapes: taken };
  if (!carried) return "Nothing is copied to the next picture.";
  return taken.length === 1 ? `The ${taken[0].label} is copied to the next picture.` : `${taken.length} things are copied to the next picture.`;
}

/** What was taken along from another picture, as far as it fits into this one. @param {number} picture @param {import("./shapes.js").Size} size */
export function unload(picture, size) {
  if (!carried || carried.picture === picture) return [];
  const { shapes } = carried;
  carried = null;
  return shapes.filter(({ mask }) => !mask || (mask.width === size.width && mask.height === size.height))
    .map((shape) => resized(moved(shape, 0, 0, size), 0, 0, size));
}
