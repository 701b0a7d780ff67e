// What differs between two states of the labels: class by class, then picture by picture.

import { get, pixels, thumbnail } from "./api.js";
import { act } from "./acts.js";
import { complain, report } from "./bulk.js";
import { rove, stepIn } from "./cards.js";
import { button, byId, count, h, picture, pictures, say } from "./dom.js";
import { fileName, moment, named, section, stacked } from "./lists.js";
import { isShape, outlines } from "./outlines.js";
import { tellFailed } from "./review.js";
import { openInGrid, theseOf } from "./view.js";
import { showLineage } from "./why.js";

/**
 * @typedef {{annotation?: string, before?: any, after?: any}} LabelChange
 * @typedef {{image: import("./api.js").Picture, change: "added" | "removed" | "changed", labels: LabelChange[]}} Entry
 * @typedef {{from?: string, to?: string, count: number}} Move
 * @typedef {{before: string, after: string, a: string, b: string, from: string | null, to: string | null,
 *   box: HTMLElement | null, swap: () => void, changed: () => void}} Options
 */

const most = 48;
const few = 12;

export class Difference {
  #options;
  /** Where the pages that were seen begin. @type {(string | null)[]} */
  #cursors = [null];
  #page = 0;
  /** @type {string | null} */
  #next = null;
  /** @type {Entry[]} */
  #items = [];
  #chosen = -1;
  #matching = 0;
  /** Which answer is waited for. */
  #turn = 0;
  /** @type {number | undefined} */
  #timer;
  /** Whether all ways are listed, not only the most frequent ones. */
  #isWhole = false;
  #heading = h("h2", { class: "question", tabindex: "-1" }, "...");
  #moves = h("div", { class: "moves", role: "group", "aria-label": "Class by class" });
  #tiles = h("div", { class: "cards", role: "group", "aria-label": "Pictures that differ" });
  #pager = h("div", { class: "actions" });

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    const names = h("p", { class: "pair" }, h("span", {}, options.before), h("span", { "aria-label": "to" }, " \u2192 "), h("span", {}, options.after),
      " ", button("S", "swap", options.swap, "quiet"));
    this.main = h("div", { class: "difference" },
      h("header", {}, this.#heading, names, options.box), this.#moves, this.#tiles, this.#pager);
    byId("detail").replaceChildren();
  }

  /** Which difference it is, as it is asked for. */
  get #path() {
    const { a, b, from, to } = this.#options;
    return `diff?${new URLSearchParams({ a, b, ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) })}`;
  }

  async load() {
    const cursor = this.#cursors[this.#page];
    this.#tiles.replaceChildren(...Array.from({ length: 8 }, () => h("div", { class: "card empty" })));
    const turn = ++this.#turn;
    let page;
    try { page = await get(`${this.#path}&limit=${most}${cursor ? `&cursor=${cursor}` : ""}`); } catch (error) {
      if (turn === this.#turn) tellFailed(error, this.#tiles, () => void this.load());
      return;
    }
    // Another page, or other classes, may be asked for by now.
    if (!this.main.isConnected || turn !== this.#turn) return;
    this.#next = page.next ?? null;
    this.#items = page.items;
    this.#matching = page.matching;
    this.#chosen = -1;
    this.#paint(page.summary);
  }

  /** @param {{images: number, added: number, removed: number, moves: Move[], ways: number, classes: string[]}} summary */
  #paint(summary) {
    const { images, added, removed } = summary;
    const parts = [added > 0 ? `${count(added)} came` : "", removed > 0 ? `${count(removed)} left` : ""].filter(Boolean);
    this.#heading.textContent = images === 0 && summary.classes.length === 0 ? "Nothing differs"
      : `${pictures(images)} ${images === 1 ? "differs" : "differ"}${parts.length > 0 ? `, of these ${parts.join(" and ")}` : ""}`;
    const largest = Math.max(1, ...summary.moves.map((move) => move.count));
    const shown = summary.moves.slice(0, this.#isWhole ? summary.moves.length : few);
    const rest = summary.ways - shown.length;
    this.#moves.replaceChildren(...shown.map((move) => this.#move(move, largest)),
      ...(rest > 0 ? [h("button", { type: "button", class: "move quiet", disabled: this.#isWhole, onclick: () => { this.#isWhole = true; this.#paint(summary); } }, `and ${count(rest)} more`)] : []),
      ...summary.classes.map((words) => h("p", { class: "muted" }, `Class list: ${words}.`)));
    this.#tiles.replaceChildren(...this.#items.map((entry, index) => this.#card(entry, index)));
    rove(this.#cards, 0);
    this.#paintPager();
    say(this.#heading.textContent);
  }

  /** @param {Move} move @param {number} largest */
  #move(move, largest) {
    const { from, to } = this.#options;
    const isOn = from === (move.from ?? "") && to === (move.to ?? "");
    return h("button", { type: "button", class: "move", "aria-pressed": String(isOn), onclick: () => this.#filter(isOn ? null : move) },
      h("span", { class: "way" }, ...named(move.from, "new"), ...(move.from === move.to ? [h("i", {}, "another shape")]
        : [h("span", { class: "muted", "aria-label": "to" }, "\u203a"), ...named(move.to, "gone")])),
      h("span", { class: "numbers" }, count(move.count)), stacked(move.count, 0, largest));
  }

  /** @param {Move | null} move */
  #filter(move) {
    this.#options.from = move ? move.from ?? "" : null;
    this.#options.to = move ? move.to ?? "" : null;
    this.#cursors = [null];
    this.#page = 0;
    this.load().then(() => /** @type {HTMLElement | null} */ (this.#moves.querySelector("[aria-pressed=true]"))?.focus());
  }

  /** @returns {boolean} whether there was a filter to drop */
  clear() {
    if (this.#options.from === null && this.#options.to === null) return false;
    this.#filter(null);
    return true;
  }

  get #cards() { return /** @type {HTMLElement[]} */ ([...this.#tiles.children]); }

  /** @param {Entry} entry @param {number} index */
  #card(entry, index) {
    const name = fileName(entry.image.path);
    const label = entry.labels[0];
    const words = entry.change === "added" ? "came" : entry.change === "removed" ? "left" : "";
    const shapes = entry.labels.some(({ before, after }) => isShape(before) || isShape(after));
    const view = shapes
      ? h("span", { class: "views" }, ...["before", "after"].map((side) => h("span", { class: "view" }, picture(thumbnail(entry.image.id), name, ""),
        outlines(entry.image, entry.labels.map((change) => change[/** @type {"before"} */ (side)])))))
      : h("span", { class: "views" }, h("span", { class: "view" }, picture(thumbnail(entry.image.id), name, "")));
    const more = entry.labels.length > 1 ? ` and ${entry.labels.length - 1} more` : "";
    const said = `${name}: ${words || `${label?.before?.label ?? "no label"} to ${label?.after?.label ?? "no label"}${more}`}`;
    return h("button", { type: "button", class: "card", "aria-label": said, onclick: () => this.#open(index), onfocus: () => this.#follow(index) },
      view, h("span", { class: "sides" },
        h("span", {}, ...(words === "came" ? [h("i", {}, "came")] : named(label?.before?.label, "no label"))),
        h("span", {}, ...(words === "left" ? [h("i", {}, "left")] : named(label?.after?.label, words === "came" ? "no label" : "gone")), more ? h("span", { class: "muted" }, ` +${entry.labels.length - 1}`) : null)));
  }

  #paintPager() {
    const first = this.#page * most;
    const range = this.#items.length === 0 ? "" : `${count(first + 1)}\u2013${count(first + this.#items.length)} of ${count(this.#matching)}`;
    this.#pager.hidden = this.#matching === 0;
    this.#pager.replaceChildren(
      ...(this.#page > 0 ? [button("PgUp", "before", () => this.turn(-1))] : []),
      h("span", { class: "numbers muted" }, range),
      ...(this.#next ? [button("PgDn", "next pictures", () => this.turn(1))] : []),
      h("span", { class: "gap" }), button("O", "open in Grid", () => void this.openGrid()));
  }

  /** @param {number} step */
  turn(step) {
    if (step > 0 ? !this.#next : this.#page === 0) return false;
    if (step > 0) this.#cursors[this.#page + 1] = this.#next;
    // Where the page after it begins is known once it has come.
    this.#next = null;
    this.#page += step;
    this.load().then(() => this.#cards[0]?.focus());
  }

  /** Opens Grid with all pictures that differ, as they are now. */
  async openGrid() {
    if (this.#matching === 0) return say("Nothing differs");
    try {
      const these = await theseOf(this.#path);
      if (this.main.isConnected) openInGrid(these);
    } catch (error) { complain(error); }
  }

  /** @param {string} key @returns {boolean} whether the focus is among the pictures */
  move(key) {
    const at = this.#cards.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0) {
      // From the log and the classes to the pictures, and back.
      if (key === "ArrowRight" && this.#cards.length > 0 && !this.#moves.contains(document.activeElement)) {
        this.#cards[Math.max(0, this.#chosen)].focus();
        return true;
      }
      return false;
    }
    const next = stepIn(this.#cards, at, key);
    if (next !== null) this.#cards[next].focus();
    else if (key === "ArrowLeft" && at === 0) /** @type {HTMLElement | null} */ (document.querySelector("#log [aria-current]"))?.focus();
    return true;
  }

  /** @param {number} index */
  #follow(index) {
    rove(this.#cards, index);
    this.#open(index);
  }

  /** @param {number} index */
  #open(index) {
    if (this.#chosen === index) return;
    this.#chosen = index;
    this.#cards.forEach((card, place) => card.classList.toggle("open", place === index));
    // Not for every picture that an arrow runs past.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.main.isConnected) this.#show(this.#items[index]); }, 60);
  }

  /** @param {Entry} entry */
  #show(entry) {
    const panel = detail(entry, {
      restore: button("R", "restore before", () => this.restore()), why: button("W", "why", () => this.why()),
    });
    byId("detail").replaceChildren(panel);
    addHistory(entry, panel);
  }

  /** The labels of the chosen picture become those of before. */
  restore() {
    const entry = this.#items[this.#chosen];
    if (!entry) return false;
    if (this.#options.a === "working") return void report("Before is now already; swap the sides first", false);
    const name = fileName(entry.image.path);
    act("restore", { version: this.#options.a, image: entry.image.id },
      ({ batch }) => (batch ? `Restored ${name} to what it was before` : `${name} is as it was before already`))
      .then((report) => {
        if (!report?.batch) return;
        this.#cards[this.#chosen]?.append(h("span", { class: "chip" }, "restored"));
        this.#options.changed();
      });
  }

  /** Where the label of the chosen picture comes from. */
  why() {
    const entry = this.#items[this.#chosen];
    const annotation = entry?.labels.find((change) => change.annotation)?.annotation;
    if (!annotation) return void report("Nothing more is known of this picture", false);
    void showLineage(annotation, () => byId("detail").firstElementChild);
  }
}

/** @param {Entry} entry @param {{restore: Node, why: Node}} actions */
function detail(entry, { restore, why }) {
  const name = fileName(entry.image.path);
  const drawn = entry.labels.map(({ after, before }) => after ?? before);
  return h("div", {}, h("h2", {}, `Image ${entry.image.id}`),
    h("div", { class: "view large" }, picture(pixels(entry.image.id, 320), name, name), outlines(entry.image, drawn)),
    h("dl", { class: "sidebyside" }, ...entry.labels.slice(0, 8).flatMap(({ before, after }) => [
      h("div", {}, h("dt", {}, "before"), h("dd", {}, ...named(before?.label, "no label"))),
      h("div", {}, h("dt", {}, "after"), h("dd", {}, ...named(after?.label, entry.change === "removed" ? "left the data set" : "no label")))])),
    h("div", { class: "buttons" }, restore, " ", why),
    h("p", { class: "path muted" }, entry.image.path, h("br"), `${entry.image.width} \u00d7 ${entry.image.height}`));
}

/** @param {Entry} entry @param {HTMLElement} panel */
async function addHistory(entry, panel) {
  const changed = new Set(entry.labels.map(({ annotation }) => annotation));
  try {
    const { items } = await get(`images/${entry.image.id}/history`);
    const own = items.filter((/** @type {any} */ line) => changed.has(line.annotation));
    const shown = own.length > 0 ? own : items;
    if (shown.length > 0) panel.append(section("History", h("ul", { class: "chain" }, ...shown.slice(0, 12).map(historyLine))));
  } catch { /* the difference is understood without */ }
}

/** @param {any} line */
function historyLine(line) {
  return h("li", {}, h("span", {}, ...named(line.label.label, ""), line.state === "accepted" ? null : h("i", { class: "muted" }, ` ${line.state}`)),
    h("span", { class: "muted numbers" }, `${line.source.replace("reviewer:", "")} \u00b7 ${moment(line.by.at)} \u00b7 ${line.by.batch}`));
}
