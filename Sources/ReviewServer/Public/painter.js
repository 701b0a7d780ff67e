// When what is painted: once a frame, and only the layers that changed.

import { MaskLayer } from "./masks.js";
import { ShapeLayer } from "./shapelayer.js";

/**
 * What is to be painted: where the picture is, shapes, all masks or some pixels of them, what the tool
 * shows, and what stands beside the picture.
 * @typedef {{view?: boolean, shapes?: boolean, masks?: boolean, tool?: boolean, beside?: boolean,
 *   area?: import("./masks.js").Area}} Part
 */

export class Painter {
  #shapes = new ShapeLayer();
  #masks = new MaskLayer();
  /** @type {Part | null} */
  #waiting = null;
  #stage;
  #objects;
  #tools;
  #beside;

  /** The layers, the lowest first. */
  get layers() { return [this.#masks.node, this.#shapes.node, this.#shapes.tag]; }

  /**
   * @param {import("./stage.js").Stage} stage @param {import("./objects.js").Objects} objects
   * @param {import("./tools.js").Tools} tools @param {() => void} beside paints what stands beside the picture
   */
  constructor(stage, objects, tools, beside) {
    [this.#stage, this.#objects, this.#tools, this.#beside] = [stage, objects, tools, beside];
    stage.node.append(...this.layers);
    stage.addEventListener("view", () => this.later({ view: true, shapes: true, masks: true }));
    objects.addEventListener("show", () => {
      // In the middle of a gesture only the shape in hand moves.
      const isDone = !objects.isUnderWay;
      this.later({ shapes: true, tool: true, masks: isDone, beside: isDone });
    });
    tools.addEventListener("paint", (event) => this.later(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Part} part */
  later({ area, ...part }) {
    if (!this.#waiting) requestAnimationFrame(() => this.#paint());
    const all = this.#waiting ??= {};
    for (const name of /** @type {(keyof typeof part)[]} */ (Object.keys(part))) all[name] ||= part[name];
    if (!area) return;
    const old = all.area ?? area;
    all.area = {
      left: Math.min(old.left, area.left), top: Math.min(old.top, area.top),
      right: Math.max(old.right, area.right), bottom: Math.max(old.bottom, area.bottom),
    };
  }

  #paint() {
    const part = this.#waiting;
    this.#waiting = null;
    if (!part || !this.#stage.node.isConnected) return;
    const { shapes, chosen } = this.#objects;
    if (part.view) {
      this.#stage.paint();
      this.#shapes.view(this.#stage);
    }
    if (part.shapes) this.#shapes.paint(this.#objects, this.#stage, this.#tools.isBrush);
    if (part.tool) this.#shapes.paintTool(this.#tools);
    if (part.masks || part.area) {
      const color = (/** @type {string} */ label) => this.#shapes.color(label);
      this.#masks.paint(this.#stage, shapes, chosen, this.#tools.brush, color, part.masks ? undefined : part.area);
    }
    if (part.beside) this.#beside();
  }
}
