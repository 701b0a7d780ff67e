// The shapes of labels, drawn over a picture.

import { svg } from "./dom.js";
import { categoryNamed } from "./store.js";

/** Whether a label is of a thing that can be drawn. @param {any} label */
export const isShape = (label) => Boolean(label?.bbox || label?.segmentation);

/** @param {any[]} labels */
function drawn(labels) {
  return labels.filter(isShape).flatMap((label) => {
    const look = `c${((categoryNamed(label.label)?.id ?? 1) - 1) % 10}`;
    /** @type {[string, object][]} */
    const shapes = label.bbox
      ? [["rect", { x: label.bbox[0], y: label.bbox[1], width: label.bbox[2], height: label.bbox[3] }]]
      : label.segmentation.map((/** @type {number[]} */ points) => ["polygon", { points: points.join(" ") }]);
    return shapes.flatMap(([tag, place]) => [svg(tag, { ...place, class: `shape under ${look}` }), svg(tag, { ...place, class: `shape ${look}` })]);
  });
}

/**
 * The shapes of labels, to be laid over a picture of this size.
 * @param {{width: number, height: number}} image @param {any[]} labels
 */
export const outlines = (image, labels) => svg("svg", { class: "outlines", viewBox: `0 0 ${image.width} ${image.height}`, "aria-hidden": "true" }, ...drawn(labels));

/**
 * A part of a picture, the same for all that are compared: what the shapes of `around` cover, and as much beside them.
 * @param {{width: number, height: number}} image @param {string} address @param {any[]} around @param {any[]} labels
 */
export function closeUp(image, address, around, labels) {
  const points = around.filter(isShape).flatMap((label) => (label.bbox
    ? [[label.bbox[0], label.bbox[1]], [label.bbox[0] + label.bbox[2], label.bbox[1] + label.bbox[3]]]
    : label.segmentation.flatMap((/** @type {number[]} */ line) => line.flatMap((x, index) => (index % 2 ? [] : [[x, line[index + 1]]])))));
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const size = 2 * Math.max(40, right - left, bottom - top);
  return svg("svg", { class: "outlines", viewBox: `${(left + right - size) / 2} ${(top + bottom - size) / 2} ${size} ${size}`, "aria-hidden": "true" },
    svg("image", { href: address, width: image.width, height: image.height }), ...drawn(labels));
}
