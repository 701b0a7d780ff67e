// Masks as runs down the columns, the RLE of COCO. To pack 12 million pixels takes some milliseconds,
// for they lie column after column: less than to copy them to a worker and to wait for it.

/**
 * Which pixels belong to a thing: where each run ends, counted down the columns, the leftmost first;
 * in turn outside and inside, the first one outside. It is never changed.
 * @typedef {{height: number, width: number, ends: Uint32Array}} Mask
 */

/** Reads the runs of COCO, a text or a list. @param {{size: number[], counts: string | number[]}} rle @returns {Mask} */
export function maskOf({ size: [height, width], counts }) {
  const ends = Uint32Array.from(typeof counts === "string" ? numbersOf(counts) : counts);
  for (let run = 1; run < ends.length; run++) ends[run] += ends[run - 1];
  return { height, width, ends };
}

/** The runs as pycocotools writes them. @param {Mask} mask */
export function rleOf({ height, width, ends }) {
  const counts = Array.from(ends, (end, run) => end - (run === 0 ? 0 : ends[run - 1]));
  return { size: [height, width], counts: textOf(counts) };
}

// Digits of 5 bits, the lowest first; from the fourth run on the difference to the one two before.
/** @param {string} text */
function numbersOf(text) {
  /** @type {number[]} */
  const counts = [];
  for (let at = 0; at < text.length;) {
    let [number, shift, digit] = [0, 0, 32];
    while (digit & 32 && at < text.length) {
      digit = text.charCodeAt(at++) - 48;
      number += (digit & 31) * 2 ** shift;
      shift += 5;
    }
    if (digit & 16) number -= 2 ** shift;
    counts.push(counts.length > 2 ? number + counts[counts.length - 2] : number);
  }
  return counts;
}

/** @param {number[]} counts */
function textOf(counts) {
  let text = "";
  counts.forEach((count, run) => {
    let number = run > 2 ? count - counts[run - 2] : count;
    for (let isLast = false; !isLast;) {
      const digit = ((number % 32) + 32) % 32;
      number = Math.floor(number / 32);
      isLast = number === (digit & 16 ? -1 : 0);
      text += String.fromCharCode((isLast ? digit : digit | 32) + 48);
    }
  });
  return text;
}

/** Each pixel as a byte, column after column. @param {Mask} mask */
export function unpacked({ height, width, ends }) {
  const bytes = new Uint8Array(height * width);
  for (let run = 1; run < ends.length; run += 2) bytes.fill(1, ends[run - 1], ends[run]);
  return bytes;
}

/** @param {Uint8Array} bytes column after column, 0 or 1 @param {number} height @param {number} width @returns {Mask} */
export function packed(bytes, height, width) {
  const ends = [];
  for (let at = 0, value = 1; at < bytes.length || ends.length === 0; value = 1 - value) {
    const next = bytes.indexOf(value, at);
    at = next < 0 ? bytes.length : next;
    ends.push(at);
  }
  return { height, width, ends: Uint32Array.from(ends) };
}

/** The first run that ends after a pixel. @param {Uint32Array} ends @param {number} pixel */
export function runAt(ends, pixel) {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > pixel) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** @param {Mask} mask @param {number} x @param {number} y whole pixels or not */
export function covers({ height, width, ends }, x, y) {
  if (x < 0 || y < 0 || x >= width || y >= height) return false;
  return runAt(ends, Math.floor(x) * height + Math.floor(y)) % 2 === 1;
}

/** How many pixels belong to the thing, and the rectangle around them. @param {Mask} mask */
export function measure({ height, ends }) {
  let [area, left, top, right, bottom] = [0, Infinity, Infinity, -1, -1];
  for (let run = 1; run < ends.length; run += 2) {
    const [start, last] = [ends[run - 1], ends[run] - 1];
    if (last < start) continue;
    area += last - start + 1;
    const [first, end] = [Math.floor(start / height), Math.floor(last / height)];
    left = Math.min(left, first);
    right = Math.max(right, end);
    // A run that goes on in the next column reaches the bottom and the top.
    top = first < end ? 0 : Math.min(top, start % height);
    bottom = first < end ? height - 1 : Math.max(bottom, last % height);
  }
  return { area, box: area === 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1] };
}
