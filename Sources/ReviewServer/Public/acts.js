// What the views of versions and issues do at the server, each with the batch that takes it back.

import { Refusal, post } from "./api.js";
import { alarm, byId, h, say } from "./dom.js";
import { store } from "./store.js";

/** @typedef {{batch?: string, changed: number, skipped: number}} ActReport */

/** The acts of one view, newest last. */
export class Acts {
  /** @type {{batch: string, text: string}[]} */
  #done = [];
  #queue = Promise.resolve();
  #pending = 0;
  #changed;

  /** @param {() => void} changed is called whenever something was taken back */
  constructor(changed) { this.#changed = changed; }

  /** Whether something is on its way to the server. */
  get isBusy() { return this.#pending > 0; }

  get last() { return this.#done.at(-1)?.text ?? null; }

  /**
   * Does something; one after the other, so that the newest is taken back first.
   * @param {string} path @param {object} body @param {(report: ActReport) => string} words
   * @returns {Promise<ActReport | null>} null when it was refused, which is said
   */
  run(path, body, words) {
    this.#pending++;
    const result = this.#queue.then(async () => {
      const report = await post(path, body);
      const text = words(report);
      if (report.batch) this.#done.push({ batch: report.batch, text });
      tell(`${text}.`);
      return report;
    }).catch(refused).finally(() => { this.#pending--; });
    this.#queue = result.then(() => undefined);
    return result;
  }

  /** Takes the newest act back. */
  async undo() {
    await this.#queue;
    const act = this.#done.pop();
    if (!act) return tell("Nothing of this page to take back.");
    const report = await post(`batches/${act.batch}/undo`, {}).catch((error) => {
      this.#done.push(act);
      return refused(error);
    });
    if (!report) return;
    tell(`Taken back: ${lower(act.text)}.`);
    this.#changed();
  }
}

/** Says it at the bottom and aloud. @param {string} text */
export function tell(text) {
  byId("last").textContent = text;
  say(text);
}

/** @param {unknown} error */
export function refused(error) {
  const text = error instanceof Refusal ? `${error.message} ${error.remedy}` : "The server does not answer; nothing was changed.";
  byId("last").textContent = text;
  alarm(text);
  return null;
}

/** @param {string} text */
export const lower = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);

const space = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @param {string} tag @param {Record<string, unknown>} attributes @param {...Node} children
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Whether a label is of a thing that can be drawn. @param {any} label */
export const isShape = (label) => Boolean(label?.bbox || label?.segmentation);

/** @param {any[]} labels */
function drawn(labels) {
  return labels.filter(isShape).flatMap((label) => {
    const category = store.classes.find(({ name }) => name === label.label);
    const look = `c${((category?.id ?? 1) - 1) % 10}`;
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

/** A bar in two parts: strong, then pale. @param {number} first @param {number} second @param {number} most */
export function stacked(first, second, most) {
  const [strong, pale] = [h("span", { class: "strong" }), h("span", { class: "pale" })];
  strong.style.width = `${(100 * first) / Math.max(1, most)}%`;
  pale.style.width = `${(100 * second) / Math.max(1, most)}%`;
  return h("span", { class: "stacked", "aria-hidden": "true" }, strong, pale);
}

/** The size of a file. @param {number} bytes */
export const fileSize = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

/** The next place in a grid of tiles by an arrow key; null where there is none. @param {HTMLElement[]} tiles @param {number} index @param {string} key */
export function stepIn(tiles, index, key) {
  const top = tiles[0]?.offsetTop;
  const columns = Math.max(1, tiles.findIndex((tile) => tile.offsetTop !== top) === -1 ? tiles.length : tiles.findIndex((tile) => tile.offsetTop !== top));
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0;
  const next = index + step;
  return next >= 0 && next < tiles.length ? next : null;
}

/** Only one tile is reached by Tab: the chosen one. @param {HTMLElement[]} tiles @param {number} index */
export function rove(tiles, index) {
  tiles.forEach((tile, place) => { tile.tabIndex = place === index ? 0 : -1; });
}
