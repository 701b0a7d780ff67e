// The shapes of a picture as a list: it carries the focus, and all edits for those without a pointer.

import { button, count, dot, h, say, share } from "./dom.js";
import { allCorners, cornerIndex } from "./edits.js";
import { asMask, boxed, spanned, withCorner } from "./shapes.js";
import { categoryNamed } from "./store.js";

// More rows than these stay out of sight, before and behind the chosen one.
const mostRows = 40;

/** @param {import("./shapes.js").Shape} shape */
function sizeOf({ type, box, area, rings }) {
  const size = `${Math.round(box[2])} \u00d7 ${Math.round(box[3])}`;
  if (type === "mask") return `${size}  \u00b7  ${count(area)} px`;
  return rings ? `${size}  \u00b7  ${rings.flat().length / 2} corners` : size;
}

const words = { proposed: "proposed", accepted: "decided", drawn: "drawn" };

/** The list; it has a `node`. */
export class ShapeList {
  node = h("div", { class: "shapes-of-picture" });
  #objects;
  #size;
  #kinds;
  #list = h("ul", { class: "shapelist" });
  #fields = h("div", { class: "fields" });
  /** @type {Map<import("./shapes.js").Shape, {index: number, node: HTMLElement}>} */
  #rows = new Map();
  /** Which one was in sight last. @type {number | null} */
  #seen = null;

  /** @param {import("./objects.js").Objects} objects @param {import("./shapes.js").Size} size @param {string[]} kinds of shapes that the data set holds */
  constructor(objects, size, kinds) {
    this.#objects = objects;
    this.#size = size;
    this.#kinds = kinds;
    this.node.append(this.#list, this.#fields);
  }

  paint() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("[data-field]");
    const field = focused && this.node.contains(focused) ? focused.getAttribute("data-field") : null;
    const { shapes, chosen } = this.#objects;
    const first = Math.min(Math.max(0, (chosen ?? 0) - mostRows / 2), Math.max(0, shapes.length - mostRows));
    const shown = shapes.slice(first, first + mostRows);
    // A row that says the same stays, and with it the focus.
    const rows = shown.map((shape, index) => {
      const known = this.#rows.get(shape);
      return known?.index === first + index ? known : { index: first + index, node: this.#row(shape, first + index) };
    });
    this.#rows = new Map(shown.map((shape, index) => [shape, rows[index]]));
    rows.forEach(({ index, node }) => node.firstElementChild?.setAttribute("aria-pressed", String(index === chosen)));
    const nodes = rows.map(({ node }) => node);
    if (shown.length < shapes.length) nodes.push(h("li", { class: "muted" }, `${first + 1} to ${first + shown.length} of ${shapes.length}; the key ; goes on`));
    if (shapes.length === 0) nodes.push(h("li", { class: "muted" }, "Nothing yet. Drag over a thing to draw a box."));
    if (nodes.length !== this.#list.children.length || nodes.some((node, index) => node !== this.#list.children[index])) this.#list.replaceChildren(...nodes);
    if (chosen !== null && chosen !== this.#seen) this.#list.children[chosen - first]?.scrollIntoView({ block: "nearest" });
    this.#seen = chosen;
    this.#fields.replaceChildren(...this.#edits());
    if (field !== null) /** @type {HTMLElement | null} */ (this.node.querySelector(`[data-field="${field}"]`))?.focus();
  }

  /** @param {import("./shapes.js").Shape} shape @param {number} index */
  #row(shape, index) {
    const { label, from, score } = shape;
    const parts = [words[from], from === "proposed" && score !== undefined ? share(score) : "", sizeOf(shape)];
    return h("li", {}, h("button", {
      type: "button", "data-field": `row ${index}`,
      onclick: () => this.#objects.choose(index === this.#objects.chosen ? null : index),
    }, dot(categoryNamed(label)), h("span", { class: "label" }, label),
    h("small", { class: "muted numbers" }, parts.filter(Boolean).join("  \u00b7  "))));
  }

  /** @returns {Node[]} */
  #edits() {
    const { shape } = this.#objects;
    if (!shape) return [];
    const numbers = shape.rings ? this.#cornerFields(shape) : shape.mask ? [] : this.#boxFields(shape);
    const isNew = !shape.mask && this.#kinds.includes("mask");
    return [
      h("div", { class: "numbersrow" }, ...numbers),
      h("div", { class: "rowactions" },
        button("Del", "remove", () => { this.#objects.remove(); say("Removed"); }),
        ...(isNew ? [button("", "as mask", () => this.#objects.replace(asMask(shape, this.#size)))] : [])),
    ];
  }

  /** @param {string} name @param {number} value @param {(value: number) => void} set */
  #number(name, value, set) {
    const input = /** @type {HTMLInputElement} */ (h("input", {
      type: "number", step: "0.1", value, "aria-label": name, "data-field": name, autocomplete: "off",
    }));
    input.addEventListener("change", () => { if (Number.isFinite(input.valueAsNumber)) set(input.valueAsNumber); });
    return h("label", {}, h("span", { class: "muted" }, name), input);
  }

  /** @param {import("./shapes.js").Shape} shape */
  #boxFields(shape) {
    return ["x", "y", "width", "height"].map((name, index) => this.#number(name, shape.box[index], (value) => {
      const [x, y, width, height] = shape.box.with(index, value);
      this.#objects.replace(boxed(shape,
        spanned({ x, y }, { x: x + Math.max(1, width), y: y + Math.max(1, height) }, this.#size)));
    }));
  }

  /** @param {import("./shapes.js").Shape} shape */
  #cornerFields(shape) {
    const { chosen, corner } = this.#objects;
    const rings = shape.rings ?? [];
    const all = allCorners(shape);
    const index = cornerIndex(all, corner);
    const choose = h("select", {
      "aria-label": "corner", "data-field": "corner",
      onchange: (/** @type {Event} */ event) => this.#objects.choose(chosen, all[Number(/** @type {HTMLSelectElement} */ (event.target).value)] ?? null),
    }, h("option", { value: -1 }, "none"), ...all.map((_, number) => h("option", { value: number, selected: number === index }, String(number + 1))));
    const place = corner && rings[corner.ring]?.[corner.at] !== undefined
      ? { x: rings[corner.ring][corner.at], y: rings[corner.ring][corner.at + 1] } : null;
    const put = (/** @type {import("./shapes.js").Point} */ to) => {
      if (corner) this.#objects.replace(withCorner(shape, { kind: "corner", ...corner }, to, this.#size));
    };
    return [h("label", {}, h("span", { class: "muted" }, "corner"), choose), ...(place ? [
      this.#number("x", place.x, (x) => put({ ...place, x })), this.#number("y", place.y, (y) => put({ ...place, y })),
    ] : [])];
  }
}
