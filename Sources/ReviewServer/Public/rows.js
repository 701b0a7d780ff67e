// The rows of a frozen view, by position: fetched in blocks where they are looked at.

import { getBytes } from "./api.js";

const block = 1024;
const mostBlocks = 64;
const mostAtOnce = 2;
const magic = 0x31524e57;
const headLength = 8;
const rowLength = 8;

/** The states of a label, by their number. */
const states = ["none", "proposed", "accepted", "corrected", "rejected", "leased"];

/** @typedef {{id: number, category: number, score: number, state: string, flagged: boolean}} Row */

/** Dispatches `arrived` when rows came, `failed` with what went wrong. */
export class Rows extends EventTarget {
  /** By their number; the one that was used last is the last. @type {Map<number, DataView>} */
  #blocks = new Map();
  /** @type {Map<number, Promise<void>>} */
  #flying = new Map();
  #age = 0;

  /** @param {string} view @param {number} count */
  constructor(view, count) {
    super();
    this.view = view;
    this.count = count;
  }

  /** @param {number} position @returns {Row | null} null until it has come */
  at(position) {
    const data = this.#blocks.get(Math.floor(position / block));
    const start = headLength + (position % block) * rowLength;
    if (!data || start + rowLength > data.byteLength) return null;
    const state = data.getUint8(start + 7);
    return {
      id: data.getUint32(start, true), category: data.getUint16(start + 4, true), score: data.getUint8(start + 6) / 255,
      state: states[state & 0x7f] ?? "none", flagged: (state & 0x80) !== 0,
    };
  }

  /** Asks for what is missing of a stretch, unless enough is on its way. @param {number} from @param {number} to */
  want(from, to) {
    const last = Math.floor((Math.min(to, this.count) - 1) / block);
    for (let number = Math.floor(Math.max(0, from) / block); number <= last; number++) {
      if (this.#blocks.has(number)) this.#keep(number);
      else if (this.#flying.size < mostAtOnce) this.#fetch(number);
    }
  }

  /** All rows of a stretch, when they have come. @param {number} from @param {number} to */
  async load(from, to) {
    for (let number = Math.floor(from / block); number * block < to; number++) {
      if (!this.#blocks.has(number)) await this.#fetch(number);
    }
  }

  /** Asks for all again that is asked for again: their labels have changed. */
  forget() {
    this.#age++;
    this.#flying.clear();
    this.#blocks.clear();
  }

  /** @param {number} number */
  #keep(number) {
    const data = /** @type {DataView} */ (this.#blocks.get(number));
    this.#blocks.delete(number);
    this.#blocks.set(number, data);
  }

  /** @param {number} number */
  #fetch(number) {
    const known = this.#flying.get(number);
    if (known) return known;
    const age = this.#age;
    const loading = getBytes(`views/${this.view}/rows?from=${number * block}&count=${block}`).then((bytes) => {
      if (age !== this.#age) return;
      const data = new DataView(bytes);
      if (bytes.byteLength < headLength || data.getUint32(0, true) !== magic) throw new Error("these are no rows");
      this.#blocks.set(number, data);
      for (const oldest of [...this.#blocks.keys()].slice(0, -mostBlocks)) this.#blocks.delete(oldest);
      this.#flying.delete(number);
      this.dispatchEvent(new Event("arrived"));
    }).catch((error) => {
      if (age !== this.#age) return;
      this.#flying.delete(number);
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    });
    this.#flying.set(number, loading);
    return loading;
  }
}
