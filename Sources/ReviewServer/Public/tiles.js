// A grid of any length: few tiles that are used again and again, placed by their position in the list.

import { thumbnail } from "./api.js";
import { h, paintDot, share } from "./dom.js";
import { categoryOfId } from "./store.js";

// Engines lose exactness above their limit of heights; further down the scroll bar stands for more than it is.
const tallest = 12_000_000;
// A step of the scroll bar that is larger was a jump.
const longestStep = 4000;
const fastest = 400;
const restAfter = 80;
const spareLines = 5;
const gap = 8;
const margin = 16;
const caption = 20;
const mostLoading = 4;

/** The least widths of a picture. @type {Record<string, number>} */
export const sides = { S: 96, M: 136, L: 200 };

/**
 * @typedef {{node: HTMLElement, image: HTMLImageElement, frame: HTMLElement, dot: HTMLElement, name: Text,
 *   mark: HTMLElement, index: number, id: number, wanted: string, loading: boolean}} Tile
 * @typedef {{node: HTMLElement, tiles: Tile[], row: number}} Line
 */

/** Fetches pictures, few at a time: the browser has six connections, and decisions need one. */
class Loader {
  /** @type {Tile[]} */
  #waiting = [];
  #loading = 0;

  /** @param {Tile} tile @param {string} address */
  ask(tile, address) {
    tile.wanted = address;
    this.#waiting.push(tile);
    this.#next();
  }

  /** Ends what a tile waits for. @param {Tile} tile */
  end(tile) {
    tile.wanted = "";
    tile.image.removeAttribute("src");
    this.ended(tile);
  }

  /** @param {Tile} tile */
  ended(tile) {
    if (!tile.loading) return;
    tile.loading = false;
    this.#loading--;
    this.#next();
  }

  #next() {
    while (this.#loading < mostLoading && this.#waiting.length > 0) {
      const tile = /** @type {Tile} */ (this.#waiting.shift());
      if (!tile.wanted || tile.loading) continue;
      tile.loading = true;
      this.#loading++;
      tile.image.src = tile.wanted;
      tile.wanted = "";
    }
  }
}

/**
 * Dispatches `press` with `{position, shift}` for a click on a tile, `open` for a double one, `move` when the
 * part that is seen or the focus changes.
 */
export class TileGrid extends EventTarget {
  /** The position that has the focus. */
  focus = 0;
  count = 0;
  /** @type {import("./rows.js").Rows | null} */
  #rows = null;
  #choice;
  #loader = new Loader();
  /** @type {Line[]} */
  #pool = [];
  #columns = 1;
  #side = sides.M;
  #least = sides.M;
  #lineHeight = 1;
  // Where one is, in pixels of the whole list; the scroll bar is only near to it.
  #virt = 0;
  #top = 0;
  #base = 0;
  #scrolledAt = 0;
  #isFast = false;
  #isParking = false;
  /** @type {number | undefined} */
  #rest;
  #layer = h("div", { class: "layer", role: "presentation" });
  #ground = h("div", { class: "scrollground", role: "presentation" });

  /** @param {import("./choice.js").Choice} choice */
  constructor(choice) {
    super();
    this.#choice = choice;
    this.#ground.append(this.#layer);
    this.node = h("div", {
      class: "scroller", role: "grid", tabindex: 0, "aria-label": "Pictures", "aria-multiselectable": "true",
    }, this.#ground);
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.node.addEventListener("click", (event) => this.#clicked(event, "press"));
    this.node.addEventListener("dblclick", (event) => this.#clicked(event, "open"));
    this.node.addEventListener("focusin", (event) => this.#focused(event));
    // Results of pictures do not bubble; one listener takes them on their way down.
    for (const type of ["load", "error"]) {
      this.node.addEventListener(type, (event) => this.#loaded(event), { capture: true });
    }
    new ResizeObserver(() => this.#measure()).observe(this.node);
  }

  get columns() { return this.#columns; }

  /** How many lines are seen as a whole. */
  get lines() { return Math.max(1, Math.floor(this.node.clientHeight / this.#lineHeight)); }

  /** The first position that is seen. */
  get first() { return Math.min(Math.max(0, this.count - 1), Math.round(this.#virt / this.#lineHeight) * this.#columns); }

  /** How many of the tiles that are seen hold a picture. */
  get shown() { return Math.min(this.count, (this.lines + 1) * this.#columns); }

  get #total() { return Math.ceil(this.count / this.#columns) * this.#lineHeight + gap; }
  get #lowest() { return Math.max(0, this.#total - this.node.clientHeight); }
  get #lowestTop() { return Math.max(0, Math.min(this.#total, tallest) - this.node.clientHeight); }

  /** Shows another list. @param {import("./rows.js").Rows | null} rows @param {number} count */
  set(rows, count) {
    this.#rows = rows;
    this.count = count;
    this.focus = Math.min(this.focus, Math.max(0, count - 1));
    this.node.setAttribute("aria-busy", String(rows === null));
    rows?.addEventListener("arrived", () => { if (rows === this.#rows) this.#fillMissing(); });
    this.#build();
  }

  /** @param {string} size S, M or L */
  resize(size) {
    this.#least = sides[size] ?? sides.M;
    this.#measure(true);
  }

  /** Paints all again, as after a change of labels. */
  refresh() {
    this.#each((tile) => this.#fill(tile, tile.index));
    this.#want();
  }

  /** Shows which tiles are chosen. */
  paintChoice() {
    this.#each((tile) => this.#paintChosen(tile));
  }

  /** Puts a line at the top. @param {number} position */
  scrollTo(position) { this.#moveTo(Math.floor(position / this.#columns) * this.#lineHeight); }

  /** Moves the focus, and all else so that it is seen. @param {number} position @param {boolean} [takes] whether the page's focus goes there */
  moveFocus(position, takes = true) {
    if (this.count === 0) return;
    const before = this.#tileOf(this.focus);
    this.focus = Math.max(0, Math.min(this.count - 1, position));
    if (before) before.node.tabIndex = -1;
    this.#reveal();
    const tile = this.#tileOf(this.focus);
    if (tile) tile.node.tabIndex = 0;
    if (takes) tile?.node.focus({ preventScroll: true });
    this.dispatchEvent(new Event("move"));
  }

  /** Takes up its place again after it was out of the page. */
  restore() {
    this.#measure();
    this.#moveTo(this.#virt);
    this.#tileOf(this.focus)?.node.focus({ preventScroll: true });
  }

  #reveal() {
    const top = Math.floor(this.focus / this.#columns) * this.#lineHeight;
    const bottom = top + this.#lineHeight + gap - this.node.clientHeight;
    if (top < this.#virt) this.#moveTo(top);
    else if (bottom > this.#virt) this.#moveTo(bottom);
  }

  /** All tiles, those that are seen first, so that their pictures are fetched first. @param {(tile: Tile) => void} visit */
  #each(visit) {
    const seen = Math.max(0, Math.floor(this.#virt / this.#lineHeight));
    for (let step = 0; step < this.#pool.length; step++) {
      const line = this.#pool[(seen + step) % this.#pool.length];
      if (line.row >= 0) line.tiles.forEach(visit);
    }
  }

  /** @param {number} position */
  #tileOf(position) {
    const row = Math.floor(position / this.#columns);
    const line = this.#pool[row % Math.max(1, this.#pool.length)];
    return line?.row === row ? line.tiles[position % this.#columns] : undefined;
  }

  // The width says how many columns there are; what one looks at stays where it is.
  /** @param {boolean} [forced] */
  #measure(forced = false) {
    const [width, height] = [this.node.clientWidth - 2 * margin, this.node.clientHeight];
    if (width <= 0 || height <= 0) return;
    const columns = Math.max(1, Math.floor((width + gap) / (this.#least + gap)));
    const side = Math.floor((width - (columns - 1) * gap) / columns);
    const needed = Math.ceil(height / (side + caption + gap)) + 1 + spareLines;
    if (!forced && columns === this.#columns && side === this.#side && needed <= this.#pool.length) return;
    const isSeen = this.#isSeen(this.focus);
    const anchor = isSeen ? this.focus : this.first;
    const at = Math.floor(anchor / this.#columns) * this.#lineHeight - this.#virt;
    [this.#columns, this.#side, this.#lineHeight] = [columns, side, side + caption + gap];
    this.#virt = Math.floor(anchor / columns) * this.#lineHeight - (isSeen ? at : 0);
    this.#build();
  }

  /** @param {number} position */
  #isSeen(position) {
    const top = Math.floor(position / this.#columns) * this.#lineHeight;
    return top >= this.#virt - this.#lineHeight && top < this.#virt + this.node.clientHeight;
  }

  #build() {
    const had = this.node.contains(document.activeElement);
    const lines = Math.ceil(this.node.clientHeight / this.#lineHeight) + 1 + spareLines;
    const height = `${this.#lineHeight}px`;
    this.#each((tile) => this.#loader.end(tile));
    this.#pool = Array.from({ length: lines }, () => {
      const tiles = Array.from({ length: this.#columns }, (_, column) => makeTile(column));
      const node = h("div", { class: "line", role: "row" }, ...tiles.map((tile) => tile.node));
      node.style.height = height;
      node.style.gridTemplateColumns = `repeat(${this.#columns}, minmax(0, 1fr))`;
      node.hidden = true;
      return { node, tiles, row: -1 };
    });
    this.#layer.replaceChildren(...this.#pool.map((line) => line.node));
    this.#ground.style.height = `${Math.min(this.#total, tallest)}px`;
    this.node.setAttribute("aria-rowcount", String(Math.ceil(this.count / this.#columns)));
    this.node.setAttribute("aria-colcount", String(this.#columns));
    this.#moveTo(this.#virt);
    if (had) (this.#tileOf(this.focus)?.node ?? this.node).focus({ preventScroll: true });
  }

  /** @param {number} virt */
  #moveTo(virt) {
    this.#virt = Math.round(Math.max(0, Math.min(this.#lowest, virt)));
    const share = this.#lowest > 0 ? this.#virt / this.#lowest : 0;
    this.node.scrollTop = this.#total <= tallest ? this.#virt : Math.round(share * this.#lowestTop);
    this.#top = this.node.scrollTop;
    this.#rebase();
    this.#paint();
  }

  // Tiles are placed against a base near to them, so that their places stay exact numbers.
  #rebase() {
    this.#base = Math.floor(this.#virt / this.#lineHeight) * this.#lineHeight;
    this.#layer.style.transform = `translateY(${this.#base - this.#virt + this.#top}px)`;
    for (const line of this.#pool) if (line.row >= 0) this.#place(line);
  }

  #scrolled() {
    const step = this.node.scrollTop - this.#top;
    if (step === 0) return;
    this.#top = this.node.scrollTop;
    const before = this.#virt;
    const isJump = Math.abs(step) > longestStep && this.#total > tallest;
    const virt = isJump ? Math.round((this.#top / this.#lowestTop) * this.#lowest) : before + step;
    this.#virt = Math.max(0, Math.min(this.#lowest, virt));
    if (this.#virt !== before + step) this.#rebase();
    const now = performance.now();
    this.#isFast = Math.abs(this.#virt - before) > fastest && now - this.#scrolledAt < 2 * restAfter;
    this.#scrolledAt = now;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#rested(), restAfter);
    this.#paint();
  }

  #rested() {
    if (this.#isFast) {
      this.#isFast = false;
      this.#each((tile) => this.#load(tile));
    }
    // Many small steps have led the scroll bar away from where it belongs.
    if (this.#total > tallest) this.#moveTo(this.#virt);
    this.dispatchEvent(new Event("move"));
  }

  #paint() {
    const rows = Math.ceil(this.count / this.#columns);
    const seen = Math.floor(this.#virt / this.#lineHeight);
    const first = Math.max(0, Math.min(seen - 2, rows - this.#pool.length));
    // What is seen comes first, so that its pictures are fetched first.
    for (let step = 0; step < this.#pool.length; step++) {
      const row = first + ((step + seen - first) % this.#pool.length);
      const line = this.#pool[row % this.#pool.length];
      if (line.row === row) continue;
      line.row = row;
      line.node.hidden = row >= rows;
      line.node.setAttribute("aria-rowindex", String(row + 1));
      this.#place(line);
      line.tiles.forEach((tile, column) => this.#fill(tile, row * this.#columns + column));
    }
    this.#want();
  }

  #want() {
    const first = this.first;
    this.#rows?.want(first - 2 * this.#columns, first + (this.#pool.length + 2) * this.#columns);
  }

  /** @param {Line} line */
  #place(line) {
    line.node.style.transform = `translateY(${line.row * this.#lineHeight - this.#base}px)`;
  }

  #fillMissing() {
    this.#each((tile) => { if (tile.id === 0) this.#fill(tile, tile.index); });
    this.#want();
  }

  /** @param {Tile} tile @param {number} index */
  #fill(tile, index) {
    const row = index < this.count ? this.#rows?.at(index) ?? null : null;
    if (tile.index !== index && document.activeElement === tile.node) this.#park();
    if (tile.index !== index || tile.id !== (row?.id ?? 0)) {
      this.#loader.end(tile);
      delete tile.frame.dataset.broken;
    }
    tile.index = index;
    tile.id = row?.id ?? 0;
    tile.node.hidden = index >= this.count;
    tile.node.tabIndex = index === this.focus ? 0 : -1;
    this.#describe(tile, row);
    this.#paintChosen(tile);
    if (!this.#isFast) this.#load(tile);
    if (index === this.focus && document.activeElement === this.node) tile.node.focus({ preventScroll: true });
  }

  /** @param {Tile} tile @param {import("./rows.js").Row | null} row */
  #describe(tile, row) {
    const category = row ? categoryOfId(row.category) : undefined;
    const name = row ? category?.name ?? "" : "";
    paintDot(tile.dot, category);
    tile.name.data = name;
    tile.node.dataset.score = row && row.score > 0 && row.state === "proposed" ? share(row.score) : "";
    tile.mark.className = `statemark is-${row?.flagged ? "flagged" : row?.state ?? "none"}`;
    tile.node.setAttribute("aria-label", !row ? "not here yet" : [
      name || "no class", row.state === "none" ? "" : row.state, row.flagged ? "flagged" : "",
      row.score > 0 ? `${Math.round(100 * row.score)} percent` : "", `image ${row.id}`,
    ].filter((part) => part !== "").join(", "));
  }

  /** @param {Tile} tile */
  #paintChosen(tile) {
    const isChosen = tile.index < this.count && this.#choice.has(tile.index);
    tile.node.classList.toggle("chosen", isChosen);
    tile.node.setAttribute("aria-selected", String(isChosen));
  }

  /** @param {Tile} tile */
  #load(tile) {
    if (tile.id === 0 || tile.wanted || tile.loading || tile.image.hasAttribute("src")) return;
    this.#loader.ask(tile, thumbnail(tile.id, this.#side * devicePixelRatio <= 160 ? 160 : 320));
  }

  /** @param {Event} event */
  #loaded(event) {
    let found;
    this.#each((tile) => { if (tile.image === event.target) found = tile; });
    /** @type {Tile | undefined} */
    const tile = found;
    if (!tile) return;
    this.#loader.ended(tile);
    if (event.type === "error" && tile.image.hasAttribute("src")) this.#sayBroken(tile, tile.image.src);
  }

  /** @param {Tile} tile @param {string} address */
  async #sayBroken(tile, address) {
    tile.frame.dataset.broken = "";
    const { id } = tile;
    let sentence = "The picture cannot be shown.";
    try {
      const answer = await fetch(address);
      if (!answer.ok) sentence = (await answer.json()).message ?? sentence;
    } catch { /* the bar at the top says that the server is gone */ }
    if (tile.id === id) tile.frame.dataset.broken = `Image ${id}: ${sentence}`;
  }

  // The tile with the focus is about to show another picture; the grid keeps the focus meanwhile.
  #park() {
    this.#isParking = true;
    this.node.focus({ preventScroll: true });
    this.#isParking = false;
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    if (this.#isParking) return;
    if (event.target === this.node) return this.moveFocus(this.focus);
    this.#each((tile) => {
      if (tile.node !== event.target || tile.index === this.focus) return;
      const before = this.#tileOf(this.focus);
      if (before) before.node.tabIndex = -1;
      tile.node.tabIndex = 0;
      this.focus = tile.index;
    });
  }

  /** @param {MouseEvent} event @param {"press" | "open"} type */
  #clicked(event, type) {
    const node = /** @type {HTMLElement} */ (event.target).closest(".pic");
    this.#each((tile) => {
      if (tile.node !== node || tile.id === 0) return;
      this.dispatchEvent(new CustomEvent(type, { detail: { position: tile.index, shift: event.shiftKey } }));
    });
  }
}

/** @param {number} column @returns {Tile} */
function makeTile(column) {
  const image = /** @type {HTMLImageElement} */ (h("img", { alt: "", decoding: "async", draggable: "false" }));
  const frame = h("div", { class: "frame" }, image);
  const [dot, mark] = [h("span"), h("i", { class: "statemark" })];
  const name = document.createTextNode("");
  const node = h("div", { class: "pic", role: "gridcell", tabindex: -1, "aria-colindex": column + 1 }, frame, dot, h("span", { class: "label" }, name), mark);
  return { node, image, frame, dot, name, mark, index: -1, id: 0, wanted: "", loading: false };
}
