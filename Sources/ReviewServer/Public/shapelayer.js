// All shapes as a drawing over the picture. Only what changed is drawn anew.

import { dot, h, share, svg } from "./dom.js";
import { cornersOf, pathOf } from "./shapes.js";
import { categoryNamed } from "./store.js";

// In pixels of the screen.
const handleSide = 10;
const letterSize = 11;

/**
 * What is drawn of one shape, and of what it was drawn.
 * @typedef {{node: SVGElement, under: SVGElement, line: SVGElement, letter: SVGElement,
 *   shape: import("./shapes.js").Shape | null, isChosen: boolean}} Drawn
 */

/** The drawing, and beside the chosen shape its class. */
export class ShapeLayer {
  node = svg("svg", { class: "shapes", role: "presentation" });
  tag = h("div", { class: "shapetag" });
  #shapes = svg("g");
  #handles = svg("path", { class: "handles" });
  #corner = svg("path", { class: "handles corner" });
  #first = svg("path", { class: "handles corner" });
  #side = handleSide;
  // Each twice: a dark line below a light one is seen on every picture.
  #pending = [svg("path", { class: "shape pending under" }), svg("path", { class: "shape pending" })];
  #brush = [svg("circle"), svg("circle")];
  /** @type {Drawn[]} */
  #drawn = [];
  /** @type {Map<string, number[]>} */
  #colors = new Map();

  constructor() {
    this.node.append(this.#shapes, ...this.#pending, this.#first, this.#handles, this.#corner, ...this.#brush);
  }

  /** Shows another part of the picture. @param {import("./stage.js").Stage} stage */
  view({ scale, x, y, width, height }) {
    this.node.setAttribute("viewBox", [-x, -y, width, height].map((side) => side / scale).join(" "));
    this.#side = handleSide / scale;
    this.node.setAttribute("font-size", String(letterSize / scale));
  }

  /** @param {import("./objects.js").Objects} objects @param {import("./stage.js").Stage} stage @param {boolean} isBrush whether handles are out of reach */
  paint({ shapes, chosen, corner }, stage, isBrush) {
    while (this.#drawn.length > shapes.length) this.#drawn.pop()?.node.remove();
    while (this.#drawn.length < shapes.length) this.#drawn.push(this.#add());
    shapes.forEach((shape, index) => this.#paintShape(this.#drawn[index], shape, index === chosen));
    const shape = chosen === null ? undefined : shapes[chosen];
    const places = shape && !isBrush ? cornersOf(shape) : [];
    const isDense = shape !== undefined && places.length > 8
      && (shape.box[2] + shape.box[3]) * stage.scale < places.length * handleSide;
    const side = (isDense ? handleSide / 2 : handleSide) / stage.scale;
    this.#handles.setAttribute("class", isDense ? "handles dense" : "handles");
    this.#handles.setAttribute("d", places.map((place) => square(place, side)).join(""));
    const at = corner && shape?.rings?.[corner.ring];
    this.#corner.setAttribute("d", corner && at ? square({ x: at[corner.at], y: at[corner.at + 1] }, handleSide / stage.scale) : "");
    this.#paintTag(shape, stage);
  }

  /** What is drawn but not finished, and the round of the brush. @param {import("./tools.js").Tools} tools */
  paintTool({ pending, at, isBrush, radius, name }) {
    const line = pending && at ? [...pending, at.x, at.y] : pending ?? [];
    for (const path of this.#pending) path.setAttribute("d", line.length > 0 ? `M${line.join(" ")}` : "");
    // Where a click closes it.
    this.#first.setAttribute("d", pending ? square({ x: pending[0], y: pending[1] }, this.#side) : "");
    this.#brush.forEach((mark, index) => {
      mark.setAttribute("class", `brushmark ${name}${index === 0 ? " under" : ""}`);
      mark.setAttribute("r", String(isBrush && at ? radius : 0));
      mark.setAttribute("cx", String(at?.x ?? 0));
      mark.setAttribute("cy", String(at?.y ?? 0));
    });
  }

  #add() {
    const [under, line, letter] = [svg("path"), svg("path"), svg("text")];
    const node = svg("g", {}, under, line, letter);
    this.#shapes.append(node);
    return { node, under, line, letter, shape: null, isChosen: false };
  }

  /** @param {Drawn} drawn @param {import("./shapes.js").Shape} shape @param {boolean} isChosen */
  #paintShape(drawn, shape, isChosen) {
    if (drawn.shape === shape && drawn.isChosen === isChosen) return;
    const { node, under, line, letter, shape: old } = drawn;
    if (!old || old.box !== shape.box || old.rings !== shape.rings) {
      const path = pathOf(shape);
      under.setAttribute("d", path);
      line.setAttribute("d", path);
      letter.setAttribute("x", String(shape.rings?.[0][0] ?? shape.box[0]));
      letter.setAttribute("y", String(shape.rings?.[0][1] ?? shape.box[1]));
    }
    if (old?.label !== shape.label || old?.from !== shape.from || old?.type !== shape.type || drawn.isChosen !== isChosen) {
      const category = categoryNamed(shape.label);
      const id = (category?.id ?? 1) - 1;
      const names = `shape ${shape.type} c${id % 10} m${Math.floor(id / 10) % 5} ${shape.from}${isChosen ? " chosen" : ""}`;
      under.setAttribute("class", `${names} under`);
      line.setAttribute("class", names);
      line.style.setProperty("--mark", category?.color ?? "");
      letter.textContent = category?.key ?? shape.label.slice(0, 1);
    }
    [drawn.shape, drawn.isChosen] = [shape, isChosen];
  }

  /** @param {import("./shapes.js").Shape | undefined} shape @param {import("./stage.js").Stage} stage */
  #paintTag(shape, { scale, x, y, width, height }) {
    this.tag.hidden = !shape;
    if (!shape) return;
    const text = shape.from === "proposed" && shape.score !== undefined ? `${shape.label} ${share(shape.score)}` : shape.label;
    if (this.tag.textContent !== text) this.tag.replaceChildren(dot(categoryNamed(shape.label)), text);
    const [left, top, bottom] = [shape.box[0] * scale + x, shape.box[1] * scale + y, (shape.box[1] + shape.box[3]) * scale + y];
    const below = bottom + 34 < height ? bottom + 6 : 4;
    this.tag.style.transform = `translate(${Math.min(Math.max(4, left - 1), width - 80)}px, ${top >= 34 ? top - 30 : below}px)`;
  }

  /** Red, green, blue of a class, as the page shows it. @param {string} label */
  color(label) {
    const known = this.#colors.get(label);
    if (known) return known;
    const category = categoryNamed(label);
    const probe = svg("path", { class: `shape c${((category?.id ?? 1) - 1) % 10}` });
    probe.style.setProperty("--mark", category?.color ?? "");
    this.node.append(probe);
    const color = getComputedStyle(probe).stroke.match(/\d+/g)?.slice(0, 3).map(Number) ?? [128, 128, 128];
    probe.remove();
    // Off the page nothing has a style.
    if (this.node.isConnected) this.#colors.set(label, color);
    return color;
  }
}

/** @param {import("./shapes.js").Point} place @param {number} side */
const square = ({ x, y }, side) => `M${x - side / 2} ${y - side / 2}h${side}v${side}h${-side}Z`;
