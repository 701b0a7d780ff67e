// What is chosen of a list: positions as ranges, so that a million cost no more than one.

// A gap that is not wider is sent as exceptions from one range.
const widestGap = 4;

/** @typedef {[number, number]} Range from, to; `to` is the first that is not in it */

export class Choice {
  /** Apart from each other, in order. @type {Range[]} */
  ranges = [];

  get size() { return this.ranges.reduce((sum, [from, to]) => sum + to - from, 0); }

  /** The range that ends after a position, by its index. @param {number} position */
  #after(position) {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle][1] > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** @param {number} position */
  has(position) {
    const range = this.ranges[this.#after(position)];
    return range !== undefined && range[0] <= position;
  }

  /** @param {number} from @param {number} to */
  remove(from, to) {
    const first = this.#after(from);
    const rest = [];
    let last = first;
    while (last < this.ranges.length && this.ranges[last][0] < to) {
      const [start, end] = this.ranges[last++];
      if (start < from) rest.push(/** @type {Range} */ ([start, from]));
      if (end > to) rest.push(/** @type {Range} */ ([to, end]));
    }
    this.ranges.splice(first, last - first, ...rest);
  }

  /** @param {number} from @param {number} to */
  add(from, to) {
    if (to <= from) return;
    this.remove(from, to);
    const at = this.#after(from);
    const [before, after] = [this.ranges[at - 1], this.ranges[at]];
    const start = before && before[1] === from ? before[0] : from;
    const end = after && after[0] === to ? after[1] : to;
    const joined = Number(start < from);
    this.ranges.splice(at - joined, joined + Number(end > to), [start, end]);
  }

  /** @param {number} position */
  toggle(position) {
    if (this.has(position)) this.remove(position, position + 1);
    else this.add(position, position + 1);
  }

  clear() { this.ranges = []; }

  /** As the server takes it: few ranges, and what is left out of them. */
  body() {
    /** @type {Range[]} */
    const ranges = [];
    /** @type {number[]} */
    const except = [];
    for (const [from, to] of this.ranges) {
      const last = ranges.at(-1);
      if (!last || from - last[1] > widestGap) {
        ranges.push([from, to]);
        continue;
      }
      for (let position = last[1]; position < from; position++) except.push(position);
      last[1] = to;
    }
    return { ranges, except };
  }
}
