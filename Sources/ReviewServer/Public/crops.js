// Things in pictures as crops of them.

import { pixels } from "./api.js";
import { categoryNamed } from "./store.js";

const svgNames = "http://www.w3.org/2000/svg";
// So much of the surroundings is shown, as a share of the longer side.
const margin = 0.25;

/** @param {string} tag @param {Record<string, unknown>} attributes @param {...Node} children */
function svg(tag, attributes, ...children) {
  const node = document.createElementNS(svgNames, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** The rectangle around a thing. @param {import("./api.js").Crop} crop @returns {number[]} */
function boxOf({ annotation }) {
  if (annotation.bbox) return annotation.bbox;
  const corners = (annotation.segmentation ?? []).flat();
  const [xs, ys] = [0, 1].map((odd) => corners.filter((/** @type {number} */ _, /** @type {number} */ index) => index % 2 === odd));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** @param {import("./api.js").Crop} crop @param {number[]} view */
function drawing(crop, [x, y, width, height]) {
  const { image, annotation } = crop;
  const [left, top, across, down] = boxOf(crop);
  const id = categoryNamed(annotation.label)?.id ?? 1;
  const frame = { class: `shape c${(id - 1) % 10} proposed`, x: left, y: top, width: across, height: down };
  return svg("svg", { viewBox: `${x} ${y} ${width} ${height}`, class: "crop", "aria-hidden": "true" },
    svg("image", { href: pixels(image.id, 1024), width: image.width, height: image.height, preserveAspectRatio: "none" }),
    svg("rect", { ...frame, class: `${frame.class} under` }), svg("rect", frame));
}

/** A thing with a little of what is around it. @param {import("./api.js").Crop} crop */
export function cropPicture(crop) {
  const [x, y, width, height] = boxOf(crop);
  const side = Math.max(width, height) * (1 + 2 * margin);
  return drawing(crop, [x + width / 2 - side / 2, y + height / 2 - side / 2, side, side]);
}

/** The whole picture, with the thing marked. @param {import("./api.js").Crop} crop */
export const wholePicture = (crop) => drawing(crop, [0, 0, crop.image.width, crop.image.height]);
