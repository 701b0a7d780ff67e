// What is wrong with pictures: counts first, then each kind, worst first.

import { get, pixels, thumbnail } from "./api.js";
import { act } from "./acts.js";
import { complain } from "./bulk.js";
import { rove, stepIn } from "./cards.js";
import { Copies } from "./copies.js";
import { button, byId, count, h, picture, pictures } from "./dom.js";
import { bind, openDialog, release } from "./keys.js";
import { fileName, fileSize, named } from "./lists.js";
import { tellFailed } from "./review.js";
import { stay } from "./router.js";
import { store } from "./store.js";
import { openInGrid, theseOf } from "./view.js";

/**
 * @typedef {{kind: string, count: number, spare?: number}} Count
 * @typedef {{image?: import("./api.js").Picture, bytes?: number, label?: string, score?: number, value?: number,
 *   path?: string, code?: string, message?: string}} Finding
 */

const most = 60;

/** By kind: its name, what it means, and the measure in words. @type {Record<string, [string, string, (value: number) => string]>} */
const kinds = {
  "duplicates-exact": ["Exact copies", "The same bytes, or the same pixels with other metadata.", String],
  "duplicates-near": ["Near copies", "The same picture, saved, scaled or trimmed another way.", String],
  dark: ["Too dark", "Hardly a pixel is bright.", (value) => `brightest ${percent(value)}`],
  light: ["Too light", "Hardly a pixel is dark.", (value) => `darkest ${percent(value)}`],
  blurry: ["Blurry", "Little detail for the tones that there are.", (value) => `sharpness ${value.toFixed(0)}`],
  "low-information": ["Nearly empty", "Few tones, and no strong ones.", (value) => `${value.toFixed(1)} bits`],
  "odd-size": ["Odd size", "Far smaller or larger than the others.", (value) => `${value.toFixed(value < 1 ? 2 : 1)} \u00d7 the median`],
  "odd-aspect": ["Odd shape", "Far longer than wide, or the other way.", (value) => `1 to ${(1 / value).toFixed(1)}`],
  truncated: ["Damaged", "The file ends early, or a part of it cannot be read.", String],
  outliers: ["Unlike all others", "Farther from their nearest pictures than is usual here.", String],
  location: ["With a place", "The file names where it was taken; that is nobody's business but the owner's.", String],
  failures: ["Not imported", "Files that could not be read as pictures.", String],
  removed: ["Taken out", "Out of the data set; their labels wait for them.", String],
};
const groups = [
  ["Copies", ["duplicates-exact", "duplicates-near"]],
  ["Faults", ["dark", "light", "blurry", "low-information", "odd-size", "odd-aspect", "truncated", "outliers"]],
  ["Files", ["location", "failures", "removed"]],
];

export class IssuesView {
  /** @type {Count[]} */
  #counts = [];
  #kind = "";
  /** @type {Copies | null} */
  #copies = null;
  /** @type {Finding[]} */
  #items = [];
  /** Pictures of this page that were taken out, or put back. @type {Set<number>} */
  #moved = new Set();
  /** @type {(string | null)[]} */
  #cursors = [null];
  #page = 0;
  /** @type {string | null} */
  #next = null;
  #visible = false;
  /** Which answer is waited for. */
  #asked = 0;

  /** @param {import("./router.js").Place} place */
  async show(place) {
    this.#visible = true;
    byId("detail").replaceChildren();
    bind("issues", {
      moveIssue: (event) => this.#move(event.key),
      out: () => this.#toggle(),
      zoomIssue: () => this.#zoom(),
      openGrid: () => void this.#openGrid(),
      pageIssue: (event) => this.#turn(event.key === "PageDown" ? 1 : -1),
    });
    const heading = h("h1", { tabindex: "-1" }, "Issues");
    byId("main").replaceChildren(h("div", { class: "screen split" },
      h("section", { class: "log", "aria-label": "Kinds" }, h("header", {}, heading), h("div", { id: "kinds", class: "waiting" }, ...Array.from({ length: 8 }, () => h("div", { class: "kind", "aria-hidden": "true" }, h("span", { class: "grey" }))))),
      h("section", { class: "pane", id: "pane", "aria-label": "Findings" })));
    heading.focus();
    const turn = ++this.#asked;
    if (!(await this.#count()) || turn !== this.#asked) return;
    const first = groups.flatMap(([, list]) => list).find((kind) => this.#found(kind) > 0);
    this.#open(place.path[0] ?? String(first ?? ""));
  }

  /** @param {import("./router.js").Place} place */
  update(place) { if (place.path[0] && place.path[0] !== this.#kind) this.#open(place.path[0]); }

  hide() {
    this.#visible = false;
    this.#copies = null;
    release("issues", "copies");
  }

  /** @param {unknown} kind */
  #found(kind) { return this.#counts.find((entry) => entry.kind === kind)?.count ?? 0; }

  async #count() {
    try { this.#counts = (await get("issues")).kinds; } catch (error) {
      const screen = byId("main").firstElementChild;
      const again = () => void this.show({ view: "issues", path: this.#kind ? [this.#kind] : [], query: new URLSearchParams() });
      if (this.#visible && screen) tellFailed(error, screen, again);
      return false;
    }
    if (!this.#visible) return false;
    this.#paintKinds();
    return true;
  }

  #paintKinds() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.kind;
    const list = h("div", { id: "kinds", class: "kinds" }, ...groups.flatMap(([title, members]) => {
      const shown = /** @type {string[]} */ (members).filter((kind) => this.#counts.some((entry) => entry.kind === kind));
      return shown.length === 0 ? [] : [h("h3", {}, String(title)), ...shown.map((kind) => h("button", {
        type: "button", class: this.#found(kind) === 0 ? "kind none" : "kind", "data-kind": kind, onclick: () => this.#open(kind),
      }, h("span", {}, kinds[kind][0]), h("span", { class: "numbers" }, count(this.#found(kind)))))];
    }), h("h3", {}, "Labels"), h("button", { type: "button", class: "kind none", "data-kind": "labels", onclick: () => this.#open("labels") }, h("span", {}, "Likely wrong"), h("span", {}, "\u2013")));
    byId("kinds").replaceWith(list);
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-kind="${focused}"]`))?.focus();
    this.#mark();
  }

  #mark() {
    for (const node of document.querySelectorAll("#kinds [data-kind]")) {
      if (node.getAttribute("data-kind") !== this.#kind) node.removeAttribute("aria-current");
      else {
        node.setAttribute("aria-current", "true");
        node.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  }

  /** @param {string} kind */
  #open(kind) {
    this.#kind = kind;
    this.#cursors = [null];
    this.#page = 0;
    this.#copies = null;
    // What was found of another kind is not what keys are about now.
    this.#items = [];
    bind("copies");
    this.#mark();
    byId("detail").replaceChildren();
    if (!kinds[kind]) return this.#none(kind);
    stay(`issues/${kind}`);
    if (kind.startsWith("duplicates-")) {
      this.#copies = new Copies(kind.slice("duplicates-".length), () => this.#count(), () => void this.#openGrid());
      byId("pane").replaceChildren(this.#copies.main);
      return void this.#copies.load();
    }
    this.#load();
  }

  /** @param {string} kind */
  #none(kind) {
    const [title, text] = kind === "labels"
      ? ["Labels that are likely wrong", "They are found by comparing each label with what a model says that has not seen it. That measure is still to come; until then, Review asks about labels on which models disagree."]
      : ["Nothing is wrong", "No copies, no faults, no files that failed."];
    byId("pane").replaceChildren(h("div", { class: "note" }, h("h2", { tabindex: "-1" }, title), h("p", {}, text)));
  }

  /** @returns {Promise<void>} */
  async #load() {
    const query = new URLSearchParams({ limit: String(most) });
    const cursor = this.#cursors[this.#page];
    if (cursor) query.set("cursor", cursor);
    const kind = this.#kind;
    const turn = ++this.#asked;
    let page;
    try { page = await get(`issues/${kind}?${query}`); } catch (error) {
      if (turn !== this.#asked || !this.#visible) return;
      const place = h("div");
      byId("pane").replaceChildren(place);
      return tellFailed(error, place, () => void this.#load());
    }
    if (!this.#visible || turn !== this.#asked) return;
    this.#items = page.items;
    this.#next = page.next ?? null;
    this.#moved.clear();
    const [title, meaning] = kinds[kind];
    const head = h("header", {}, h("h2", { class: "question", tabindex: "-1" }, `${title}: ${kind === "failures" ? `${count(page.count)} ${page.count === 1 ? "file" : "files"}` : pictures(page.count)}`),
      h("p", { class: "muted" }, meaning));
    const body = kind === "failures" ? this.#files() : this.#tiles();
    const first = this.#page * most;
    byId("pane").replaceChildren(h("div", { class: "difference" }, head, body, h("div", { class: "actions" },
      ...(this.#page > 0 ? [button("PgUp", "before", () => this.#turn(-1))] : []),
      page.count > 0 ? h("span", { class: "numbers muted" }, `${count(first + 1)}\u2013${count(first + this.#items.length)} of ${count(page.count)}`) : null,
      ...(this.#next ? [button("PgDn", "next", () => this.#turn(1))] : []),
      h("span", { class: "gap" }),
      this.#isInGrid ? button("O", "open in Grid", () => void this.#openGrid()) : null,
      ...(page.count > 0 && kind !== "failures" ? [button("X", kind === "removed" ? "put back in" : "take out, or back in", () => this.#toggle()), button("\u21b5", "look closer", () => this.#zoom())] : []))));
  }

  #files() {
    return h("table", { class: "files" }, h("thead", {}, h("tr", {}, ...["File", "Why", "Code"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", {}, ...this.#items.map((item) => h("tr", {}, h("th", { scope: "row", title: item.path }, fileName(item.path ?? "")),
        h("td", { class: "wide" }, item.message ?? ""), h("td", {}, h("code", {}, item.code ?? ""))))));
  }

  #tiles() {
    const tiles = this.#items.map((item, index) => {
      const image = /** @type {import("./api.js").Picture} */ (item.image);
      const name = fileName(image.path);
      const measure = item.value === undefined ? item.score === undefined ? `${image.width} \u00d7 ${image.height}` : `distance ${item.score.toFixed(2)}` : kinds[this.#kind][2](item.value);
      return h("button", {
        type: "button", class: "card", "aria-label": `${name}, ${measure}, ${item.label ?? "no label"}`, "data-id": image.id,
        onclick: () => this.#focus(index), onfocus: () => rove(this.#cards, index), ondblclick: () => this.#zoom(),
      }, h("span", { class: "views" }, h("span", { class: "view" }, picture(thumbnail(image.id), name, ""))),
      h("span", { class: "sides" }, h("span", {}, ...named(item.label, "no label")), h("span", { class: "numbers muted" }, measure)));
    });
    const list = h("div", { class: "cards", role: "group", "aria-label": kinds[this.#kind][0] }, ...tiles);
    rove(tiles, 0);
    return list;
  }

  get #cards() { return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#pane .cards > *")]); }

  /** @param {number} index */
  #focus(index) { this.#cards[index]?.focus(); }

  /** The picture that has the focus, or was looked at last. */
  get #at() {
    const at = this.#cards.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    return at >= 0 ? at : this.#cards.findIndex((card) => card.tabIndex === 0);
  }

  /** @param {string} key */
  #move(key) {
    const kinds = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#kinds [data-kind]")]);
    const active = /** @type {HTMLElement} */ (document.activeElement);
    const place = kinds.indexOf(active);
    if (place >= 0 || !this.#cards.includes(active)) {
      if (key === "ArrowRight") return void this.#cards[0]?.focus();
      const open = kinds.findIndex((node) => node.hasAttribute("aria-current"));
      const next = place < 0 ? Math.max(0, open) : place + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? 0);
      return void kinds[next]?.focus();
    }
    const at = this.#cards.indexOf(active);
    const next = stepIn(this.#cards, at, key);
    if (next !== null) this.#focus(next);
    else if (key === "ArrowLeft") kinds.find((node) => node.hasAttribute("aria-current"))?.focus();
  }

  /** Whether Grid can show the pictures of this kind: it holds none that were taken out. */
  get #isInGrid() { return this.#found(this.#kind) > 0 && this.#kind !== "failures" && this.#kind !== "removed"; }

  async #openGrid() {
    const kind = this.#kind;
    if (!this.#isInGrid) return false;
    const name = kind.startsWith("duplicates-") ? "duplicate" : kind;
    const isField = store.fields.find((field) => field.name === "issue")?.values?.includes(name);
    try {
      const condition = isField ? { field: "issue", is: [name] } : await theseOf(`issues/${kind}?`);
      if (this.#visible && kind === this.#kind) openInGrid(condition);
    } catch (error) { complain(error); }
  }

  /** @param {number} step */
  #turn(step) {
    if (step > 0 ? !this.#next : this.#page === 0) return false;
    if (step > 0) this.#cursors[this.#page + 1] = this.#next;
    // Where the page after it begins is known once it has come.
    this.#next = null;
    this.#page += step;
    this.#load().then(() => this.#focus(0));
  }

  /** Takes the picture out of the data set, or puts it back in. */
  async #toggle() {
    const item = this.#items[this.#at];
    if (!item?.image) return;
    const { id, path } = item.image;
    const isBack = this.#moved.has(id) !== (this.#kind === "removed");
    const name = fileName(path);
    this.#show(id, !this.#moved.has(id));
    const report = await act("membership", { id: crypto.randomUUID(), images: [id], present: isBack },
      () => (isBack ? `Put ${name} back in` : `Took ${name} out`));
    if (!report) return this.#show(id, !this.#moved.has(id));
    this.#count();
  }

  /** @param {number} id @param {boolean} isMoved */
  #show(id, isMoved) {
    if (isMoved) this.#moved.add(id);
    else this.#moved.delete(id);
    const card = this.#cards.find((card) => card.dataset.id === String(id));
    card?.classList.toggle("out", isMoved);
    card?.querySelector(".chip")?.remove();
    if (isMoved) card?.append(h("span", { class: "chip" }, this.#kind === "removed" ? "back in" : "out"));
  }

  #zoom() {
    const item = this.#items[this.#at];
    if (!item?.image) return;
    const { id, path, width, height } = item.image;
    const name = fileName(path);
    openDialog(name, h("div", { class: "zoom" }, picture(pixels(id, innerWidth * 0.7), name, name)),
      h("p", { class: "muted numbers" }, `${width} \u00d7 ${height}${item.bytes ? `, ${fileSize(item.bytes)}` : ""}`));
  }

  /** Asks again for what may have changed. */
  async refresh() {
    if (!this.#visible) return;
    await this.#count();
    if (this.#copies) return void this.#copies.load();
    if (!kinds[this.#kind]) return;
    const at = this.#at;
    await this.#load();
    this.#focus(Math.max(0, at));
  }
}

/** @param {number} value */
const percent = (value) => `${Math.round(100 * value)} %`;
