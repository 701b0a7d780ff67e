// A group on one screen: one question, one key for all, exceptions by click or E.

import { get, pixels, thumbnail } from "./api.js";
import { button, dot, h, picture, pictures, repaint, say, share } from "./dom.js";
import { bind, openDialog } from "./keys.js";
import { classList, fileName, proposalList, section, suggestionList } from "./lists.js";
import { cropPicture, wholePicture } from "./outlines.js";
import { pickByKey, pickCategory } from "./picker.js";
import { askComment, setFlag } from "./remarks.js";
import { categoryNamed, ensureCategory, store } from "./store.js";
import { reveal, whySection } from "./why.js";

// A key that was meant for the screen before must not decide this one.
const deafFor = 200;
const pageSize = 24;

/** @param {number} members */
function columnsFor(members) {
  return members <= 4 ? 2 : members <= 6 ? 3 : members <= 12 ? 4 : 6;
}

/** @typedef {{id: number, path: string, crop?: import("./api.js").Crop}} Member */

/** The screen of a group of pictures, or of things of one class; it has `main` and `aside` to be shown. */
export class ClusterScreen {
  #item;
  #decide;
  #shownAt = 0;
  /** @type {Member[]} */
  #members;
  /** What is taken out, and what it is instead where that was said. @type {Map<number, string | null>} */
  #except = new Map();
  #focus = 0;
  /** The tile that was clicked last. */
  #anchor = 0;
  /** @type {string | undefined} */
  #label;
  /** The members that were shown first, and those of further pages. @type {Member[]} */
  #first;
  #page = 0;
  /** @type {Map<number, Member[]>} */
  #pages = new Map();
  /** @type {HTMLElement[]} */
  #tiles = [];
  /** @type {HTMLElement | null} */
  #whyShown = null;
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
    this.#first = this.#members;
    this.#pages.set(0, this.#first);
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
    return `${this.#label ?? "not named yet"}, ${this.#count(this.#first.length)}${unseen}`;
  }

  bindKeys() {
    this.#shownAt = performance.now();
    bind("cluster", {
      move: (event) => this.#move(event.key),
      except: () => this.#toggle(this.#focus),
      exceptRest: () => this.#toggleRest(),
      more: () => this.#showMore(),
      split: () => this.#split(),
      zoom: () => this.#zoom(),
    });
    bind("decide", {
      accept: () => this.#accept(),
      reject: () => this.#reject(),
      category: ({ key }) => pickByKey(key, (name) => this.#nameFor(this.#corrected, name)),
      picker: () => this.#pick(),
      flag: () => void setFlag([this.#focused], true),
      unflag: () => void setFlag([this.#focused], false),
      note: () => askComment(this.#focused, () => { /* the bar says that it is kept */ }),
      why: () => void this.#why(),
    });
  }

  /** The picture in focus. */
  get #focused() {
    const { id, crop } = this.#members[this.#focus];
    return crop ? crop.image.id : id;
  }

  /** What speaks for the class of the focused member, beside the group. */
  async #why() {
    const [id, number] = [this.#focused, this.#focus + 1];
    try {
      const node = whySection(`Why ${this.#word} ${number}`, this.#item, await get(`images/${id}`));
      if (!this.aside.isConnected) return;
      this.#whyShown?.remove();
      this.#whyShown = node;
      this.aside.append(node);
      reveal(node);
    } catch { say("The server does not answer."); }
  }

  /** What becomes of members that are taken out. */
  get #fate() {
    return this.#item.objects ? "is not proposed again; its picture comes back later."
      : "come back later, not under this class.";
  }

  get #outText() {
    const named = [...this.#except.values()].filter((label) => label !== null).length;
    if (this.#except.size === 0) return `None. ${this.#word === "thing" ? "What is" : "Pictures that are"} taken out ${this.#fate}`;
    const rest = this.#except.size - named;
    const others = rest > 0 ? `${this.#count(rest)}: ${this.#fate}` : "";
    return named > 0 ? `${this.#count(named)} corrected in the same decision. ${others}` : others;
  }

  /** How many members nobody has looked at here. */
  get #unseen() { return (this.#item.size ?? 0) - this.#seen.length; }

  /** All members that were shown, on earlier pages of the group too. */
  get #seen() { return [...this.#pages.values()].flat(); }

  /** Shows the 24 next members of a group that has more; past the last ones the first come again. */
  #showMore() {
    const ids = this.#item.members ?? [];
    const pages = Math.ceil(((this.#item.size ?? 0) - this.#first.length) / pageSize) + 1;
    if (this.#item.objects || pages < 2) return say("All of the group is shown");
    this.#page = (this.#page + 1) % pages;
    const from = this.#first.length + (this.#page - 1) * pageSize;
    this.#members = this.#page === 0 ? this.#first
      : ids.slice(from, from + pageSize).map((id) => ({ id, path: `image ${id}` }));
    this.#pages.set(this.#page, this.#members);
    this.#focus = 0;
    this.#anchor = 0;
    this.grid.replaceChildren();
    this.#buildTiles();
    this.#paint();
    say(`${this.#page === 0 ? "The first" : "The next"} ${pictures(this.#members.length)} of ${pictures(this.#item.size ?? 0)}`);
  }

  #split() {
    if (this.#item.objects || this.#first.length < 2) return say("This cannot be split");
    dispatchEvent(new CustomEvent("split", { detail: this.#item }));
  }

  /** How many pictures an acceptance is about now: with a second odd one, or as another class, only those shown. */
  get #accepted() {
    return this.#left + (this.#counts ? this.#unseen : 0);
  }

  /** Whether members that were not shown first are accepted, too. */
  get #counts() {
    return this.#except.size <= 1 && this.#label === this.#item.predictions[0]?.label;
  }

  /** How many of those that somebody looked at are accepted now. */
  get #left() {
    const looked = this.#counts ? this.#seen : this.#first;
    return looked.filter(({ id }) => !this.#except.has(id)).length;
  }

  get #unseenText() {
    if (this.#unseen === 0) return `${this.#count(this.#members.length)}, all of them shown.`;
    const bound = `${+((this.#item.error_bound ?? 0) * 100).toFixed(2)} %`;
    return `${this.#seen.length} shown; M shows the next. To accept them accepts ${pictures(this.#unseen)} unseen too: `
      + `of a random sample that was looked at so few were wrong that, of all such groups together, at most ${bound} are. `
      + "With two pictures taken out, or as another class, only those shown are accepted.";
  }

  /** Whether a deciding key counts already. */
  get isAwake() { return performance.now() - this.#shownAt >= deafFor; }

  #buildTiles() {
    this.#tiles = this.#members.map((member, index) => h("div", {
      class: "tile", role: "gridcell", tabindex: index === 0 ? "0" : "-1",
      onclick: (/** @type {MouseEvent} */ event) => (event.shiftKey ? this.#toggleTo(index) : this.#toggle(index)), ondblclick: () => this.#zoom(),
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
      : `${this.#members.length} shown of ${pictures(this.#item.size ?? 0)}`;
    const parts = [count, score === undefined ? "" : `score ${share(score)}`, this.#except.size > 0
      ? `${this.#except.size} taken out; a key of a class says what the focused one is` : `click or E takes a ${this.#word} out`];
    this.caption.textContent = parts.filter(Boolean).join("  \u00b7  ");
    this.#tiles.forEach((tile, index) => this.#paintTile(tile, index));
    this.#paintBar();
    this.#paintAside();
  }

  /** @param {HTMLElement} tile @param {number} index */
  #paintTile(tile, index) {
    const label = this.#except.get(this.#members[index].id);
    const out = label !== undefined;
    tile.classList.toggle("out", out);
    const name = `${this.#word} ${index + 1} of ${this.#members.length}, ${fileName(this.#members[index].path)}`;
    tile.setAttribute("aria-label", label ? `${name}, taken out, it is ${label}` : out ? `${name}, taken out` : name);
    tile.querySelector(".chip")?.remove();
    if (out) tile.append(h("span", { class: "chip" }, ...(label ? [dot(categoryNamed(label)), ` ${label}`] : ["\u2715 out"])));
  }

  #paintBar() {
    const left = this.#left;
    const named = this.#label !== undefined && left > 0;
    const unseen = this.#accepted - left;
    const text = unseen === 0 ? `accept ${left} as ${this.#label}`
      : `accept ${left} and ${unseen} unseen as ${this.#label}`;
    repaint(this.bar,
      ...(named ? [button("A", text, () => this.#accept(), "primary")] : []),
      button("C", this.#label === undefined ? "name the group" : "other class", () => this.#pick(),
        named ? "" : "primary"),
      button("X", this.#item.predictions.length === 0 ? "no one class" : `not ${this.#item.predictions[0].label}`, () => this.#reject()),
      ...(this.#item.objects || this.#first.length < 2 ? [] : [button("S", "split", () => this.#split())]),
      ...(this.#item.size !== undefined && this.#item.size > this.#first.length ? [button("M", "show more", () => void this.#showMore())] : []),
      button("Space", "skip", () => this.#decide({ decision: "skip" }, "Skipped")));
  }

  #paintAside() {
    const proposals = this.#item.predictions;
    repaint(this.aside,
      ...suggestionList(this.#item, (name) => this.#name(name)),
      section(this.#label === undefined ? "Name the group" : "Name another class",
        classList(store.classes, (name) => this.#name(name)),
        button("C", "search, or a new class", () => this.#pick())),
      ...(proposals.length > 0 ? [section("Proposed", proposalList(proposals))] : []),
      section("Taken out", h("p", {}, this.#outText)),
      section("This group", h("p", { class: "muted" },
        `${this.#item.item}, ${this.#unseenText}`)),
      ...(this.#whyShown ? [this.#whyShown] : []));
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
    if (!this.#except.delete(id)) this.#except.set(id, null);
    this.#anchor = index;
    this.#focusTile(index);
    this.#outChanged();
  }

  /** As the tile that was clicked before, all up to this one. @param {number} index */
  #toggleTo(index) {
    const out = this.#except.has(this.#members[this.#anchor].id);
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    for (const { id } of this.#members.slice(from, to + 1)) {
      if (!out) this.#except.delete(id);
      else if (!this.#except.has(id)) this.#except.set(id, null);
    }
    this.#focusTile(index);
    this.#outChanged();
  }

  #toggleRest() {
    for (const { id } of this.#members.slice(this.#focus)) if (!this.#except.has(id)) this.#except.set(id, null);
    this.#focusTile(this.#focus);
    this.#outChanged();
  }

  #outChanged() {
    this.#paint();
    say(`${this.#except.size} taken out`);
  }

  /** The member with the focus, if it is taken out: a class is meant for it. */
  get #corrected() {
    const member = this.#members[this.#focus];
    return this.#except.has(member?.id) && this.#tiles[this.#focus] === document.activeElement ? member : null;
  }

  #zoom() {
    const member = this.#members[this.#focus];
    openDialog(fileName(member.path), h("div", { class: "zoom" }, member.crop ? wholePicture(member.crop)
      : picture(pixels(member.id, innerWidth * 0.8), fileName(member.path), `picture ${this.#focus + 1}`)));
  }

  #pick() {
    const member = this.#corrected;
    pickCategory((name) => this.#nameFor(member, name));
  }

  /** @param {Member | null} member that is taken out; null for the group @param {string} name */
  #nameFor(member, name) {
    if (!member) return this.#name(name);
    if (name === this.#label) return say(`${name} is the class of the group: E takes it back in`);
    ensureCategory(name);
    this.#except.set(member.id, name);
    this.#paint();
    say(`Taken out, it is ${name}`);
  }

  /** @param {string} name */
  #name(name) {
    this.#label = name;
    this.#paint();
    say(`Are these all ${name}? A accepts.`);
  }

  #accept() {
    const left = this.#left;
    if (this.#label === undefined || left === 0) {
      return say(left === 0 ? `All ${this.#word}s are taken out; X rejects` : "Name the group first");
    }
    const corrections = [...this.#except].filter(([, label]) => label !== null && label !== this.#label)
      .map(([member, label]) => ({ member, label }));
    this.#decide({
      decision: "accept", label: this.#label, except: [...this.#except.keys()],
      ...(corrections.length > 0 ? { corrections } : {}),
    }, `Accepted ${this.#accepted} as ${this.#label}${corrections.length > 0 ? `, corrected ${corrections.length}` : ""}`);
  }

  #reject() {
    const proposed = this.#item.predictions[0]?.label;
    const text = proposed === undefined
      ? `Set ${this.#first.length} apart: no one class` : `Rejected ${this.#first.length}: not ${proposed}`;
    this.#decide({ decision: "reject" }, text);
  }
}
