// A group on one screen: one question, one key for all, exceptions by click or E.

import { pixels, thumbnail } from "./api.js";
import { cropPicture, wholePicture } from "./crops.js";
import { button, dot, h, kbd, picture, pictures, say, share } from "./dom.js";
import { bind, openDialog } from "./keys.js";
import { pickCategory } from "./picker.js";
import { categoryNamed, categoryOfKey, store } from "./store.js";

// A key that was meant for the screen before must not decide this one.
const deafFor = 200;

/** @param {number} members */
function columnsFor(members) {
  return members <= 4 ? 2 : members <= 6 ? 3 : members <= 12 ? 4 : 6;
}

/** Where a file is, without its folders. @param {string} path */
export const fileName = (path) => path.slice(path.lastIndexOf("/") + 1);

/** @typedef {{id: number, path: string, crop?: import("./api.js").Crop}} Member */

/** The screen of a group of pictures, or of things of one class; it has `main` and `aside` to be shown. */
export class ClusterScreen {
  #item;
  #decide;
  #shownAt = performance.now();
  /** @type {Member[]} */
  #members;
  /** @type {Set<number>} */
  #except = new Set();
  #focus = 0;
  /** @type {string | undefined} */
  #label;
  /** @type {HTMLElement[]} */
  #tiles = [];
  #columns;

  /**
   * @param {import("./api.js").ReviewItem} item
   * @param {(decision: object, text: string) => void} decide
   */
  constructor(item, decide) {
    this.#item = item;
    this.#decide = decide;
    this.#members = item.objects?.map((crop) => ({ id: crop.object, path: crop.image.path, crop }))
      ?? item.shown ?? [];
    this.#label = item.predictions[0]?.label;
    this.#columns = columnsFor(this.#members.length);
    this.heading = h("h1", { tabindex: "-1" });
    this.caption = h("p", { class: "muted numbers" });
    this.bar = h("div", { class: "actions", role: "group", "aria-label": "Decide" });
    this.grid = h("div", { class: `tiles columns${this.#columns}`, role: "grid", "aria-label": `${this.#word}s of the group` });
    this.main = h("div", { class: "screen cluster" },
      h("header", {}, this.heading, this.caption), this.grid, this.bar);
    this.aside = h("div");
    this.#buildTiles();
    this.#paint();
  }

  /** What the members are. */
  get #word() { return this.#item.objects ? "thing" : "picture"; }

  /** "1 picture", "24 things". @param {number} number */
  #count(number) {
    return this.#item.objects ? `${number} ${number === 1 ? "thing" : "things"}` : pictures(number);
  }

  /** What the next reader is told of this screen. */
  get summary() {
    const unseen = this.#unseen === 0 ? "" : `, ${pictures(this.#unseen)} more unseen`;
    return `${this.#label ?? "not named yet"}, ${this.#count(this.#members.length)}${unseen}`;
  }

  bindKeys() {
    bind("cluster", {
      move: (event) => this.#move(event.key),
      except: () => this.#toggle(this.#focus),
      exceptRest: () => this.#toggleRest(),
      zoom: () => this.#zoom(),
    });
    bind("decide", {
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      category: (event) => this.#nameByKey(event.key),
      picker: () => this.#pick(),
    });
  }

  /** What becomes of members that are taken out. */
  get #fate() {
    return this.#item.objects ? "is not proposed again; its picture comes back later."
      : "come back later, not under this class.";
  }

  /** How many members are not shown. */
  get #unseen() { return (this.#item.size ?? 0) - this.#members.length; }

  /** How many pictures an acceptance is about now: with a second odd one, or as another class, only those shown. */
  get #accepted() {
    const left = this.#members.length - this.#except.size;
    const counts = this.#except.size <= 1 && this.#label === this.#item.predictions[0]?.label;
    return left + (counts ? this.#unseen : 0);
  }

  get #unseenText() {
    if (this.#unseen === 0) return `${this.#count(this.#members.length)}, all of them shown.`;
    const bound = `${+((this.#item.error_bound ?? 0) * 100).toFixed(2)} %`;
    return `${this.#members.length} shown. To accept them accepts ${pictures(this.#unseen)} unseen too: `
      + `of a random sample that was looked at so few were wrong that, of all such groups together, at most ${bound} are. `
      + "With two pictures taken out, or as another class, only those shown are accepted.";
  }

  /** Whether a deciding key counts already. */
  get isAwake() { return performance.now() - this.#shownAt >= deafFor; }

  #buildTiles() {
    this.#tiles = this.#members.map((member, index) => h("div", {
      class: "tile", role: "gridcell", tabindex: index === 0 ? "0" : "-1",
      onclick: () => this.#toggle(index), ondblclick: () => this.#zoom(),
      onfocus: () => { this.#focus = index; },
    }, member.crop ? cropPicture(member.crop) : picture(thumbnail(member.id), fileName(member.path), "")));
    const rows = Math.ceil(this.#tiles.length / this.#columns);
    this.grid.setAttribute("aria-rowcount", String(rows));
    for (let row = 0; row < rows; row++) {
      this.grid.append(h("div", { role: "row", "aria-rowindex": row + 1 },
        ...this.#tiles.slice(row * this.#columns, (row + 1) * this.#columns)));
    }
  }

  #paint() {
    const category = this.#label === undefined ? undefined : categoryNamed(this.#label);
    this.heading.replaceChildren(...(this.#label === undefined
      ? ["What are these?"]
      : ["Are these all ", h("span", { class: "class" }, dot(category), h("b", {}, this.#label)), "?"]));
    const score = this.#item.predictions.find(({ label }) => label === this.#label)?.score;
    const count = this.#unseen === 0 ? this.#count(this.#members.length)
      : `${this.#members.length} shown of ${pictures(this.#members.length + this.#unseen)}`;
    const parts = [count, score === undefined ? "" : `score ${share(score)}`,
      this.#except.size > 0 ? `${this.#except.size} taken out` : `click or E takes a ${this.#word} out`];
    this.caption.textContent = parts.filter(Boolean).join("  \u00b7  ");
    this.#tiles.forEach((tile, index) => this.#paintTile(tile, index));
    this.#paintBar();
    this.#paintAside();
  }

  /** @param {HTMLElement} tile @param {number} index */
  #paintTile(tile, index) {
    const out = this.#except.has(this.#members[index].id);
    tile.classList.toggle("out", out);
    const name = `${this.#word} ${index + 1} of ${this.#members.length}, ${fileName(this.#members[index].path)}`;
    tile.setAttribute("aria-label", out ? `${name}, taken out` : name);
    const chip = tile.querySelector(".chip");
    if (out && !chip) tile.append(h("span", { class: "chip" }, "\u2715 out"));
    if (!out) chip?.remove();
  }

  #paintBar() {
    const left = this.#members.length - this.#except.size;
    const named = this.#label !== undefined && left > 0;
    const unseen = this.#accepted - left;
    const text = unseen === 0 ? `accept ${left} as ${this.#label}`
      : `accept ${left} and ${unseen} unseen as ${this.#label}`;
    this.bar.replaceChildren(
      ...(named ? [button("A", text, () => this.#accept(), "primary")] : []),
      button("C", this.#label === undefined ? "name the group" : "other class", () => this.#pick(),
        named ? "" : "primary"),
      button("X", this.#item.predictions.length === 0 ? "no one class" : `not ${this.#item.predictions[0].label}`, () => this.#reject()),
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
  }

  #paintAside() {
    const proposals = this.#item.predictions;
    this.aside.replaceChildren(
      ...suggestionList(this.#item, (name) => this.#name(name)),
      section(this.#label === undefined ? "Name the group" : "Name another class",
        classList(store.classes, (name) => this.#name(name)),
        button("C", "search, or a new class", () => this.#pick())),
      ...(proposals.length > 0 ? [section("Proposed", proposalList(proposals))] : []),
      section("Taken out", h("p", {}, this.#except.size === 0
        ? `None. ${this.#word === "thing" ? "What is" : "Pictures that are"} taken out ${this.#fate}`
        : `${this.#count(this.#except.size)}: ${this.#fate}`)),
      section("This group", h("p", { class: "muted" },
        `${this.#item.item}, ${this.#unseenText}`)));
  }

  /** @param {string} key */
  #move(key) {
    // As laid out now: a narrow screen has fewer columns than the group was made for.
    const { top } = this.#tiles[0].getBoundingClientRect();
    const columns = this.#tiles.filter((tile) => tile.getBoundingClientRect().top === top).length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const to = this.#focus + /** @type {Record<string, number>} */ (steps)[key];
    if (!this.grid.contains(document.activeElement)) this.#focusTile(this.#focus);
    else if (to >= 0 && to < this.#tiles.length) this.#focusTile(to);
    else return key !== "ArrowLeft" || this.#focus !== 0;
  }

  /** @param {number} index */
  #focusTile(index) {
    this.#tiles[this.#focus].tabIndex = -1;
    this.#focus = index;
    this.#tiles[index].tabIndex = 0;
    this.#tiles[index].focus();
  }

  /** @param {number} index */
  #toggle(index) {
    const { id } = this.#members[index];
    if (!this.#except.delete(id)) this.#except.add(id);
    this.#focusTile(index);
    this.#paint();
    say(`${this.#except.size} taken out`);
  }

  #toggleRest() {
    for (const { id } of this.#members.slice(this.#focus)) this.#except.add(id);
    this.#focusTile(this.#focus);
    this.#paint();
    say(`${this.#except.size} taken out`);
  }

  #zoom() {
    const member = this.#members[this.#focus];
    openDialog(fileName(member.path), h("div", { class: "zoom" }, member.crop ? wholePicture(member.crop)
      : picture(pixels(member.id, innerWidth * 0.8), fileName(member.path), `picture ${this.#focus + 1}`)));
  }

  /** @param {string} key */
  #nameByKey(key) {
    const category = categoryOfKey(key);
    if (category) this.#name(category.name);
    else say(`No class has the key ${key}`);
  }

  #pick() { pickCategory((name) => this.#name(name)); }

  /** @param {string} name */
  #name(name) {
    this.#label = name;
    this.#paint();
    say(`Are these all ${name}? A accepts.`);
  }

  #accept() {
    const left = this.#members.length - this.#except.size;
    if (this.#label === undefined || left === 0) {
      return say(left === 0 ? `All ${this.#word}s are taken out; X rejects` : "Name the group first");
    }
    this.#decide({ decision: "accept", label: this.#label, except: [...this.#except] },
      `Accepted ${this.#accepted} as ${this.#label}`);
  }

  #reject() {
    const proposed = this.#item.predictions[0]?.label;
    const text = proposed === undefined
      ? `Set ${this.#members.length} apart: no one class` : `Rejected ${this.#members.length}: not ${proposed}`;
    this.#decide({ decision: "reject" }, text);
  }
}

/** @param {string} title @param {...Node} content */
export const section = (title, ...content) => h("section", {}, h("h2", {}, title), ...content);

/**
 * The classes with their keys, as buttons.
 * @param {import("./store.js").Category[]} classes @param {(name: string) => void} choose
 */
export function classList(classes, choose) {
  const keyed = classes.filter(({ key }) => key !== null);
  if (keyed.length === 0) return h("p", { class: "muted" }, "No class has a name yet.");
  return h("ul", { class: "classlist" }, ...keyed.map((category) => h("li", {},
    h("button", {
      type: "button", title: category.guideline ?? category.description ?? "",
      onclick: () => choose(category.name),
    },
      kbd(category.key ?? ""), dot(category), h("span", {}, category.name)))));
}

/**
 * Names that the class may have, as buttons; nothing where none is suggested.
 * @param {import("./api.js").ReviewItem} item @param {(name: string) => void} choose
 */
export function suggestionList({ suggestions }, choose) {
  if (!suggestions) return [];
  return [section("It may be", h("ul", { class: "suggestions" }, ...suggestions.map(({ label, score, source }) => h("li", {},
    h("button", { type: "button", title: source, onclick: () => choose(label) }, h("span", { class: "label" }, label),
      h("span", { class: "muted numbers" }, source === "folder" ? "folder" : share(score)))))))];
}

/** Proposals with their scores; the sides of a conflict with their branches. @param {import("./api.js").Proposal[]} proposals */
export function proposalList(proposals) {
  return h("ul", { class: "proposals" }, ...proposals.map(({ label, score, source, annotation }) => h("li", { title: source },
    dot(categoryNamed(label)), h("span", { class: "label" }, label),
    ...(annotation ? [h("span", { class: "muted" }, source)] : [
      h("span", { class: "numbers" }, share(score)), h("meter", { min: 0, max: 1, value: score, "aria-hidden": "true" }),
    ]))));
}
