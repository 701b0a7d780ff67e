// The edge of a panel, by which it is made wider or narrower; how wide is kept.

import { h } from "./dom.js";

const step = 16;
const [least, most] = [160, 560];

/**
 * @param {string} name what the panel is called @param {string} variable of the style sheet, its width
 * @param {1 | -1} side 1 where the panel is to the left of its edge
 */
export function separator(name, variable, side) {
  const root = document.documentElement;
  const key = `winnow-width-${variable}`;
  const width = () => parseInt(getComputedStyle(root).getPropertyValue(variable), 10);
  const set = (/** @type {number} */ wanted) => {
    const pixels = Math.max(least, Math.min(most, Math.round(wanted)));
    root.style.setProperty(variable, `${pixels}px`);
    localStorage.setItem(key, String(pixels));
    node.setAttribute("aria-valuenow", String(pixels));
  };
  const node = h("div", {
    class: `separator ${side > 0 ? "after" : "before"}`, role: "separator", tabindex: 0, "aria-orientation": "vertical",
    "aria-label": `Width of ${name}`, "aria-valuemin": least, "aria-valuemax": most, "aria-valuenow": width(),
  });
  node.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(width() + way * side * step);
  });
  node.addEventListener("pointerdown", (event) => node.setPointerCapture(event.pointerId));
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) set(width() + side * event.movementX);
  });
  const kept = Number(localStorage.getItem(key));
  if (kept) set(kept);
  return node;
}
