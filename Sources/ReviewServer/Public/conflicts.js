// The conflicts of a merge: base, ours and theirs side by side, one key takes a side.

import { get, pixels, thumbnail } from "./api.js";
import { act, isActing } from "./acts.js";
import { attend, button, byId, count, h, kbd, picture, say } from "./dom.js";
import { bind } from "./keys.js";
import { fileName, named, section, stacked } from "./lists.js";
import { closeUp, isShape } from "./outlines.js";
import { tellFailed } from "./review.js";

/**
 * @typedef {"base" | "ours" | "theirs"} Side
 * @typedef {{id: number, image: import("./api.js").Picture, class: string, base?: any, ours?: any, theirs?: any}} Conflict
 * @typedef {{ours: string, theirs: string, open: number, classes: {class: string, count: number}[], items: Conflict[], next?: string}} Page
 */

/** @type {Side[]} */
const sides = ["base", "ours", "theirs"];
const fewest = 30;

export class Conflicts {
  #box;
  #changed;
  /** @type {Page | null} */
  #page = null;
  #at = 0;
  /** Whether the next choice counts for all conflicts about the class. */
  #isForAll = false;
  /** Whether the list is not as the server has it. */
  #wasRefused = false;
  main = h("div", { class: "conflicts" });

  /**
   * @param {() => HTMLElement | null} box what finishes the merge
   * @param {() => Promise<void>} changed
   */
  constructor(box, changed) {
    this.#box = box;
    this.#changed = changed;
    bind("conflict", {
      side: (event) => void this.#take(sides[Number(event.key) - 1]),
      forAll: () => this.#toggle(),
      nextConflict: () => this.#step(1),
      previousConflict: () => this.#step(-1),
      notAll: () => (this.#isForAll ? this.#toggle() : false),
    });
  }

  /** @returns {Promise<void>} */
  async load() {
    try { this.#page = await get("conflicts?limit=100"); } catch (error) {
      return tellFailed(error, this.main, () => void this.load());
    }
    if (!this.main.isConnected) return;
    this.#wasRefused = false;
    this.#at = Math.min(this.#at, Math.max(0, (this.#page?.items.length ?? 0) - 1));
    this.#paint();
  }

  /** @returns {Conflict | undefined} */
  get #open() { return this.#page?.items[this.#at]; }

  #paint() {
    const page = /** @type {Page} */ (this.#page);
    const conflict = this.#open;
    if (!conflict) return this.#paintEnd();
    const alike = page.classes.find((entry) => entry.class === conflict.class)?.count ?? 1;
    const heading = h("h2", { class: "question", tabindex: "-1" },
      this.#isForAll ? `Which side, for all ${count(alike)} about ${conflict.class}?` : "Which side is right?");
    const shapes = sides.some((side) => isShape(conflict[side]));
    const name = fileName(conflict.image.path);
    const address = pixels(conflict.image.id, innerWidth * 0.4);
    this.main.classList.toggle("all", this.#isForAll);
    this.main.replaceChildren(
      h("header", {}, heading, h("p", { class: "muted" }, `${count(page.open)} open  \u00b7  ${page.theirs} into ${page.ours}`)),
      shapes ? "" : h("div", { class: "view whole" }, picture(address, name, name)),
      h("div", { class: "threeway", role: "group", "aria-label": "Sides" }, ...sides.map((side, index) => this.#column(conflict, side, index, shapes ? address : null, alike))),
      h("div", { class: "actions" },
        alike > 1 ? button("A", this.#isForAll ? "only this one" : `all ${count(alike)} about ${conflict.class}`, () => this.#toggle()) : null,
        button("Space", "later", () => this.#step(1)), button("Backspace", "undo", () => byId("undo").click())));
    byId("detail").replaceChildren(this.#panel(page, conflict));
    attend(heading);
    say(`${page.open} open. ${name}: base ${said(conflict.base)}, ${page.ours} ${said(conflict.ours)}, ${page.theirs} ${said(conflict.theirs)}.`);
  }

  /** @param {Conflict} conflict @param {Side} side @param {number} index @param {string | null} address @param {number} alike */
  #column(conflict, side, index, address, alike) {
    const page = /** @type {Page} */ (this.#page);
    const label = conflict[side];
    const title = side === "base" ? "where both began" : side === "ours" ? page.ours : page.theirs;
    return h("button", { type: "button", class: "side", onclick: () => this.#take(side), "aria-label": `${title}: ${said(label)}${this.#isForAll ? `, for all ${alike}` : ""}` },
      h("span", { class: "muted" }, kbd(String(index + 1)), ` ${title}`),
      h("span", { class: "said" }, ...named(label?.label, "no label")),
      address ? h("span", { class: "view" }, closeUp(conflict.image, address, sides.map((side) => conflict[side]), [label])) : null,
      this.#isForAll ? h("span", { class: "muted numbers" }, `for all ${count(alike)}`) : null);
  }

  /** @param {Page} page @param {Conflict} conflict */
  #panel(page, conflict) {
    const most = Math.max(1, ...page.classes.map((entry) => entry.count));
    return h("div", {},
      section("Left, by class", h("table", { class: "bars" }, h("tbody", {}, ...page.classes.map((entry) => h("tr", {},
        h("th", { scope: "row" }, ...named(entry.class, "")), h("td", { class: "numbers" }, count(entry.count)),
        h("td", { class: "wide" }, stacked(entry.count, 0, most))))))),
      section("Next", h("div", { class: "strip" }, ...page.items.slice(this.#at + 1, this.#at + 13).map((next) =>
        h("span", { class: "view" }, picture(thumbnail(next.image.id), fileName(next.image.path), ""))))),
      section("File", h("p", { class: "path muted" }, conflict.image.path, h("br"), `${conflict.image.width} \u00d7 ${conflict.image.height}`)));
  }

  #paintEnd() {
    const heading = h("h2", { class: "question", tabindex: "-1" }, "All conflicts are settled");
    this.main.replaceChildren(h("div", { class: "note" }, heading,
      h("p", {}, "The merge becomes a version when you commit it."), this.#box() ?? "",
      h("p", {}, button("Backspace", "undo the last choice", () => byId("undo").click()))));
    byId("detail").replaceChildren();
    attend(heading);
    say("All conflicts are settled. C writes the message of the merge.");
  }

  #toggle() {
    if (!this.#open) return false;
    this.#isForAll = !this.#isForAll;
    this.#paint();
  }

  /** @param {number} step */
  #step(step) {
    const length = this.#page?.items.length ?? 0;
    if (length < 2) return length === 0 ? false : void say("There is no other one");
    this.#isForAll = false;
    this.#at = (this.#at + step + length) % length;
    this.#paint();
  }

  // The next one is shown at once, and keys act on it: what was taken is sent meanwhile.
  /** @param {Side} side */
  async #take(side) {
    const [page, conflict] = [this.#page, this.#open];
    if (!page || !conflict) return;
    const title = side === "base" ? "the base" : page[side];
    const sent = this.#isForAll
      ? act("conflicts", { take: side, class: conflict.class }, ({ changed }) => `Took ${title} in ${count(changed)} about ${conflict.class}`)
      : act(`conflicts/${conflict.id}`, { take: side }, () => `Took ${title}: ${said(conflict[side])}`);
    this.#settle(page, conflict);
    const report = await sent;
    this.#wasRefused ||= report === null;
    if (isActing() || page !== this.#page || !this.main.isConnected) return;
    await this.#changed();
    if (this.#wasRefused || !this.#open) await this.load();
  }

  /** Takes what was settled off the page. @param {Page} page @param {Conflict} conflict */
  #settle(page, conflict) {
    const isSettled = (/** @type {Conflict} */ other) => (this.#isForAll ? other.class === conflict.class : other === conflict);
    const entry = page.classes.find((entry) => entry.class === conflict.class);
    const number = this.#isForAll ? entry?.count ?? 1 : 1;
    page.items = page.items.filter((other) => !isSettled(other));
    page.open -= number;
    if (entry) entry.count -= number;
    page.classes = page.classes.filter((entry) => entry.count > 0);
    this.#isForAll = false;
    this.#at = Math.min(this.#at, Math.max(0, page.items.length - 1));
    if (this.#open) this.#paint();
    if (page.items.length < fewest) void this.#more(page);
  }

  /** Reads further ones before the last is reached. @param {Page} page */
  async #more(page) {
    const cursor = page.next;
    if (!cursor) return;
    page.next = undefined;
    const more = await get(`conflicts?limit=100&cursor=${cursor}`).catch(() => null);
    page.next = more ? more.next : cursor;
    // Those of a class that was settled as a whole meanwhile are open no more.
    page.items.push(...(more?.items ?? []).filter((/** @type {Conflict} */ conflict) => page.classes.some((entry) => entry.class === conflict.class)));
  }
}

/** @param {any} label */
const said = (label) => label?.label ?? "no label";
