// The shapes of labels over pictures, and over parts of them.

import { pixels } from "./api.js";
import { svg } from "./dom.js";
import { pathOf, shapeOf } from "./shapes.js";
import { categoryNamed } from "./store.js";

// So much of the surroundings of a thing is shown, as a share of its longer side.
const margin = 0.25;

/** Whether a label is of a thing that can be drawn. @param {any} label */
export const isShape = (label) => Boolean(label?.bbox || label?.segmentation || label?.rle);

/** @param {any[]} labels */
const shapesOf = (labels) => labels.filter(isShape).flatMap((label) => shapeOf(label, "accepted") ?? []);

/**
 * @param {string} kind @param {number[]} view the part that is seen
 * @param {any[]} labels @param {Node[]} below @param {string} [look] of the shapes
 */
function drawing(kind, view, labels, below, look = "") {
  const shapes = shapesOf(labels).flatMap((shape) => {
    const names = `shape c${((categoryNamed(shape.label)?.id ?? 1) - 1) % 10}${look}`;
    return [`${names} under`, names].map((name) => svg("path", { class: name, d: pathOf(shape) }));
  });
  return svg("svg", { class: kind, viewBox: view.join(" "), "aria-hidden": "true" }, ...below, ...shapes);
}

/** @param {{width: number, height: number}} image @param {string} address */
const ground = ({ width, height }, address) => [svg("image", { href: address, width, height, preserveAspectRatio: "none" })];

/** The shapes of labels, to be laid over a picture of this size. @param {{width: number, height: number}} image @param {any[]} labels */
export const outlines = (image, labels) => drawing("outlines", [0, 0, image.width, image.height], labels, []);

/**
 * A part of a picture, the same for all that are compared: what the shapes of `around` cover, and as much beside them.
 * @param {{width: number, height: number}} image @param {string} address @param {any[]} around @param {any[]} labels
 */
export function closeUp(image, address, around, labels) {
  const boxes = shapesOf(around).map(({ box }) => box);
  const [left, top] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side])));
  const [right, bottom] = [0, 1].map((side) => Math.max(...boxes.map((box) => box[side] + box[side + 2])));
  const size = 2 * Math.max(40, right - left, bottom - top);
  return drawing("outlines", [(left + right - size) / 2, (top + bottom - size) / 2, size, size], labels, ground(image, address));
}

/** A thing with a little of what is around it. @param {import("./api.js").Crop} crop */
export function cropPicture({ image, annotation }) {
  const [x, y, width, height] = shapeOf(annotation, "proposed")?.box ?? [0, 0, image.width, image.height];
  const side = Math.max(width, height) * (1 + 2 * margin);
  return drawing("crop", [x + width / 2 - side / 2, y + height / 2 - side / 2, side, side], [annotation], ground(image, pixels(image.id, 1024)), " proposed");
}

/** The whole picture, with the thing marked. @param {import("./api.js").Crop} crop */
export const wholePicture = ({ image, annotation }) =>
  drawing("crop", [0, 0, image.width, image.height], [annotation], ground(image, pixels(image.id, 1024)), " proposed");
