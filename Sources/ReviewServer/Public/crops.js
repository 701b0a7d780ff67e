// Things in pictures as crops of them.

import { pixels } from "./api.js";
import { svg } from "./dom.js";
import { pathOf, shapeOf } from "./shapes.js";
import { categoryNamed } from "./store.js";

// So much of the surroundings is shown, as a share of the longer side.
const margin = 0.25;

/** @param {import("./api.js").Crop} crop @param {number[]} view */
function drawing({ image, annotation }, view) {
  const names = `shape c${((categoryNamed(annotation.label)?.id ?? 1) - 1) % 10} proposed`;
  const shape = shapeOf(annotation, "proposed");
  const d = shape ? pathOf(shape) : "";
  return svg("svg", { viewBox: view.join(" "), class: "crop", "aria-hidden": "true" },
    svg("image", { href: pixels(image.id, 1024), width: image.width, height: image.height, preserveAspectRatio: "none" }),
    svg("path", { class: `${names} under`, d }), svg("path", { class: names, d }));
}

/** A thing with a little of what is around it. @param {import("./api.js").Crop} crop */
export function cropPicture(crop) {
  const [x, y, width, height] = shapeOf(crop.annotation, "proposed")?.box ?? [0, 0, crop.image.width, crop.image.height];
  const side = Math.max(width, height) * (1 + 2 * margin);
  return drawing(crop, [x + width / 2 - side / 2, y + height / 2 - side / 2, side, side]);
}

/** The whole picture, with the thing marked. @param {import("./api.js").Crop} crop */
export const wholePicture = (crop) => drawing(crop, [0, 0, crop.image.width, crop.image.height]);
