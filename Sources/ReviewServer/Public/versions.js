// The versions: a log with its branches, what differs between two, the conflicts of a merge, commit.

import { get, post } from "./api.js";
import { act } from "./acts.js";
import { complain, report } from "./bulk.js";
import { Conflicts } from "./conflicts.js";
import { Difference } from "./difference.js";
import { button, byId, count, h, kbd, svg } from "./dom.js";
import { bind, release } from "./keys.js";
import { moment } from "./lists.js";
import { tellFailed } from "./review.js";
import { stay } from "./router.js";
import { store } from "./store.js";

/**
 * @typedef {{id: string, parents: string[], branch: string, author: string, at: string, message: string, images: number, annotations: number}} Version
 * @typedef {{branch: string, head?: string, merging?: string, conflicts: number, images_added: number, images_removed: number,
 *   labels_changed: number, refusals_changed: number, classes_changed: number}} Working
 * @typedef {{items: Version[], next?: string, branches: {branch: string, id: string, current: boolean}[], tags: {tag: string, id: string}[], working: Working}} Log
 */

const now = "working";
/** Versions that are read at once. */
const most = 60;
const lane = 16;
const row = 56;

export class VersionsView {
  /** @type {Log | null} */
  #log = null;
  /** The version that others are compared with; null compares each with the one before it. @type {string | null} */
  #from = null;
  /** @type {[string, string] | null} */
  #pair = null;
  /** @type {Difference | Conflicts | null} */
  #pane = null;
  #visible = false;
  /** The first version, which is shown by itself. @type {string | null} */
  #alone = null;
  /** Which place is waited for. */
  #turn = 0;

  /** @param {import("./router.js").Place} place */
  show(place) {
    this.#visible = true;
    byId("detail").replaceChildren();
    this.#bindKeys();
    this.#open(place);
  }

  /** @param {import("./router.js").Place} place */
  update(place) { this.#open(place); }

  hide() {
    this.#visible = false;
    this.#pane = null;
    release("versions", "conflict");
  }

  /** @param {import("./router.js").Place} place */
  async #open(place) {
    const heading = h("h1", { tabindex: "-1" }, "Versions");
    byId("main").replaceChildren(h("div", { class: "screen split" },
      h("section", { class: "log", "aria-label": "Log" }, h("header", {}, heading), h("div", { id: "log", class: "waiting" }, ...Array.from({ length: 5 }, () => h("div", { class: "version", "aria-hidden": "true" }, h("span", { class: "grey" }))))),
      h("section", { class: "pane", id: "pane", "aria-label": "What differs" })));
    heading.focus();
    const turn = ++this.#turn;
    if (!(await this.#load()) || turn !== this.#turn) return;
    const a = place.query.get("a");
    const b = place.query.get("b");
    const { working } = /** @type {Log} */ (this.#log);
    if (a && b) this.#compare(a, b, place.query);
    else if (working.merging) this.#settle();
    else this.#first();
  }

  async #load() {
    try {
      const log = await get(`versions?limit=${most}`);
      // Older ones that were asked for stay.
      const older = this.#log && log.next ? this.#log.items.slice(this.#log.items.findIndex(({ id }) => id === log.next) + 1) : [];
      this.#log = older.length > 0 ? { ...log, items: [...log.items, ...older], next: this.#log?.next } : log;
    } catch (error) {
      const screen = byId("main").firstElementChild;
      if (this.#visible && screen) tellFailed(error, screen, () => this.#reopen());
      return false;
    }
    if (!this.#visible) return false;
    this.#paintLog();
    return true;
  }

  async #older() {
    const log = /** @type {Log} */ (this.#log);
    const page = await get(`versions?limit=${most}&cursor=${log.next}`).catch(complain);
    if (!page || !this.#visible) return;
    const first = page.items[0]?.id;
    this.#log = { ...log, items: [...log.items, ...page.items], next: page.next };
    this.#paintLog();
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-id="${first}"]`))?.focus();
  }

  #reopen() { this.#open({ view: "versions", path: [], query: new URLSearchParams() }); }

  /** Asks again for what may have changed: the log, and what is shown beside it. */
  async refresh() {
    if (!this.#visible || !(await this.#load())) return;
    const isMerging = Boolean(this.#log?.working.merging);
    if (this.#pane instanceof Conflicts || (isMerging && !this.#pair)) return this.#settle();
    if (this.#pair) this.#compare(...this.#pair);
    /** @type {HTMLElement | null} */ (document.querySelector(".question"))?.focus({ preventScroll: true });
  }

  /** What is most likely asked for: the work of now, or the newest version. */
  #first() {
    const { items, working } = /** @type {Log} */ (this.#log);
    if (items.length === 0) return this.#none();
    if (changes(working) > 0) return this.#compare(items.find(({ id }) => id === working.head)?.id ?? items[0].id, now);
    this.#change(items[0].id);
  }

  #none() {
    const { working } = /** @type {Log} */ (this.#log);
    this.#pair = null;
    byId("pane").replaceChildren(h("div", { class: "note" }, h("h2", {}, "No version yet"),
      h("p", {}, "A version keeps all labels as they are now. It can be compared with any other, and brought back."),
      h("p", {}, `${count(working.images_added)} pictures and their labels wait for the first one.`), this.#commitBox("first pass")));
  }

  /** @param {string} id */
  #change(id) {
    const version = this.#log?.items.find((item) => item.id === id);
    const before = id === now ? this.#log?.working.head : version?.parents[0];
    if (before) return this.#compare(before, id);
    this.#pair = this.#pane = null;
    this.#alone = id;
    this.#mark();
    byId("pane").replaceChildren(h("div", { class: "note" }, h("h2", {}, version?.message ?? "The first version"),
      h("p", {}, `The first version: ${count(version?.images ?? 0)} pictures with ${count(version?.annotations ?? 0)} labels.`),
      this.#restoreBox(id),
      h("p", { class: "muted" }, "Choose another one to see what differs; F compares from here.")));
  }

  /** @param {string} a @param {string} b @param {URLSearchParams} [query] */
  #compare(a, b, query) {
    [this.#pair, this.#alone] = [[a, b], null];
    bind("conflict");
    this.#pane = new Difference({
      before: this.#titleOf(a), after: this.#titleOf(b), a, b,
      from: query?.get("from") ?? null, to: query?.get("to") ?? null,
      box: b === now && this.#log ? this.#box() : this.#restoreBox(b),
      swap: () => this.#compare(b, a),
      changed: () => void this.#load(),
    });
    byId("pane").replaceChildren(this.#pane.main);
    this.#pane.load();
    stay("versions", { a, b });
    this.#mark();
  }

  /** The conflicts of the merge that is going on. */
  #settle() {
    const working = this.#log?.working;
    if (!working?.merging) return this.#reopen();
    this.#pair = this.#alone = null;
    this.#pane = new Conflicts(() => this.#box(), async () => {
      if (await this.#load()) this.#mark();
    });
    byId("pane").replaceChildren(this.#pane.main);
    this.#pane.load();
    stay("versions");
    this.#mark();
  }

  #box() {
    const working = /** @type {Log} */ (this.#log).working;
    if (changes(working) === 0 && !working.merging) return null;
    if (working.conflicts > 0) {
      return h("p", { class: "commit" }, `${working.conflicts === 1 ? "1 conflict is" : `${count(working.conflicts)} conflicts are`} open; a version comes after them. `,
        button("M", "settle them", () => this.#settle(), "primary"));
    }
    return this.#commitBox(working.merging ? `merge ${this.#nameOf(working.merging)}` : "");
  }

  /** A version that is not that of now can be brought back. @param {string} id */
  #restoreBox(id) {
    return this.#isPast(id) ? h("p", { class: "commit" }, button("Shift+R", `bring ${id.slice(0, 8)} back`, () => this.#restore())) : null;
  }

  /** @param {string} id */
  #isPast(id) {
    const working = this.#log?.working;
    return id !== now && !working?.merging && this.#log?.items.some((version) => version.id === id) === true
      && (id !== working?.head || changes(/** @type {Working} */ (working)) > 0);
  }

  /** The labels of now become those of the version that is open, as a new version. */
  #restore() {
    const id = this.#pair?.[1] ?? this.#alone;
    if (!id || !this.#isPast(id)) return false;
    const title = this.#titleOf(id);
    void act("versions/restore", { version: id }, ({ version }) => (version ? `Brought ${title} back as ${version.id.slice(0, 8)}` : `Now is as ${title} already`))
      .then((answer) => answer?.version && this.#made(answer.version.id));
  }

  /** @param {string} message what is written there at first */
  #commitBox(message) {
    const input = /** @type {HTMLInputElement} */ (h("input", {
      id: "message", "aria-label": "Message of the version", placeholder: "What was done, in a few words", autocomplete: "off", maxlength: "2000", value: message,
    }));
    return h("form", { class: "commit", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.#commit(input); } },
      input, h("button", { class: "primary" }, kbd("\u21b5"), " commit"));
  }

  /** @param {HTMLInputElement} input */
  async #commit(input) {
    const message = input.value.trim();
    if (!message) return void input.focus();
    const made = await post("versions", { message }).catch(complain);
    if (!made) return;
    report(`Committed as ${made.id.slice(0, 8)}`, false);
    this.#made(made.id);
  }

  /** A new version is that of now, and shown. @param {string} id */
  async #made(id) {
    store.version = id;
    byId("version").textContent = `@${id.slice(0, 8)}`;
    if (this.#visible && await this.#load()) this.#change(id);
    /** @type {HTMLElement | null} */ (document.querySelector(`[data-id="${id}"]`))?.focus();
  }

  /** @param {string} id */
  #nameOf(id) {
    const names = [...(this.#log?.branches ?? []).map(({ branch, id }) => ({ name: branch, id })), ...(this.#log?.tags ?? []).map(({ tag, id }) => ({ name: tag, id }))];
    return names.find((name) => name.id === id)?.name ?? id.slice(0, 8);
  }

  /** @param {string} id */
  #titleOf(id) {
    if (id === now) return "now";
    const version = this.#log?.items.find((item) => item.id === id);
    return version ? `${id.slice(0, 8)} \u201c${short(version.message)}\u201d` : id;
  }

  #paintLog() {
    const log = /** @type {Log} */ (this.#log);
    const { working } = log;
    /** @type {{id: string, parents: string[], title: string, note: string}[]} */
    const rows = log.items.map((version) => ({
      id: version.id, parents: version.parents, title: version.message, note: `${version.id.slice(0, 8)} \u00b7 ${version.author} \u00b7 ${moment(version.at)}`,
    }));
    if (changes(working) > 0 || working.merging) {
      const parents = [working.head, working.merging].filter((id) => id !== undefined);
      rows.unshift({ id: now, parents: /** @type {string[]} */ (parents), title: working.merging ? `merging ${this.#nameOf(working.merging)}` : "not in a version yet", note: workingWords(working) });
    }
    const graph = drawGraph(rows);
    const list = h("div", { id: "log", class: "rows", role: "group", "aria-label": "Versions, newest first" },
      ...rows.map((entry, index) => this.#row(entry, graph[index], log)));
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.id;
    byId("log").replaceWith(list);
    if (log.next) list.append(h("p", {}, h("button", { type: "button", onclick: () => this.#older() }, "older versions")));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${focused}"]`))?.focus();
    this.#mark();
  }

  /** @param {{id: string, title: string, note: string}} entry @param {SVGElement} drawing @param {Log} log */
  #row(entry, drawing, log) {
    const branches = log.branches.filter(({ id }) => id === entry.id);
    const names = [
      ...branches.map(({ branch, current }) => h("span", { class: current ? "ref here" : "ref" }, branch)),
      ...log.tags.filter(({ id }) => id === entry.id).map(({ tag }) => h("span", { class: "ref tag" }, tag)),
    ];
    return h("button", {
      type: "button", class: "version", "data-id": entry.id,
      onclick: (/** @type {MouseEvent} */ event) => (event.shiftKey ? this.#compareFrom(entry.id) : this.#choose(entry.id)),
    }, drawing, h("span", { class: "words" }, h("span", { class: "title" }, h("b", {}, entry.title), ...names), h("span", { class: "muted numbers" }, entry.note)));
  }

  /** @param {string} id */
  #choose(id) {
    if (id === now && this.#log?.working.conflicts) return this.#settle();
    if (this.#from && this.#from !== id) return this.#compare(this.#from, id);
    this.#change(id);
  }

  /** @param {string} id */
  #compareFrom(id) {
    this.#from = this.#from === id ? null : id;
    report(this.#from ? `Compared from ${this.#titleOf(id)}; choose another one` : "Each version is compared with the one before it", false);
    this.#mark();
  }

  #mark() {
    for (const node of document.querySelectorAll("#log [data-id]")) {
      const id = /** @type {HTMLElement} */ (node).dataset.id;
      const isOpen = this.#pair ? this.#pair[1] === id : id === now && this.#pane instanceof Conflicts;
      if (isOpen) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
      node.classList.toggle("fixed", id === this.#from);
      node.classList.toggle("from", id === this.#from || (this.#pair !== null && this.#pair[0] === id));
    }
  }

  #bindKeys() {
    bind("versions", {
      moveVersion: (event) => this.#move(event.key),
      compareFrom: () => {
        const id = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("[data-id]")?.getAttribute("data-id") ?? this.#pair?.[1];
        if (id) this.#compareFrom(id);
      },
      swap: () => void (this.#pair && this.#compare(this.#pair[1], this.#pair[0])),
      message: () => void document.getElementById("message")?.focus(),
      settle: () => (this.#log?.working.merging ? this.#settle() : false),
      restoreBefore: () => (this.#pane instanceof Difference ? this.#pane.restore() : false),
      restoreVersion: () => this.#restore(),
      why: () => (this.#pane instanceof Difference ? this.#pane.why() : false),
      openGrid: () => (this.#pane instanceof Difference ? void this.#pane.openGrid() : false),
      page: (event) => (this.#pane instanceof Difference ? this.#pane.turn(event.key === "PageDown" ? 1 : -1) : false),
      clear: () => {
        if (this.#pane instanceof Difference && this.#pane.clear()) return;
        if (!this.#from) return false;
        this.#compareFrom(this.#from);
      },
    });
  }

  /** @param {string} key */
  #move(key) {
    if (this.#pane instanceof Difference && this.#pane.move(key)) return;
    if (key !== "ArrowUp" && key !== "ArrowDown") return false;
    const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#log [data-id]")]);
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const open = rows.findIndex((node) => node.hasAttribute("aria-current"));
    const next = at < 0 ? Math.max(0, open) : at + (key === "ArrowUp" ? -1 : 1);
    rows[next]?.focus();
  }
}

/** @param {Working} working */
const changes = (working) => working.images_added + working.images_removed + working.labels_changed + working.refusals_changed + working.classes_changed;

/** @param {string} text */
const short = (text) => (text.length > 28 ? `${text.slice(0, 27)}\u2026` : text);

/** @param {Working} working */
function workingWords(working) {
  const parts = /** @type {[number, string, string][]} */ ([
    [working.conflicts, "in conflict", "in conflict"], [working.labels_changed, "label changed", "labels changed"],
    [working.images_added, "picture came", "pictures came"], [working.images_removed, "picture left", "pictures left"],
    [working.classes_changed, "class changed", "classes changed"], [working.refusals_changed, "refusal changed", "refusals changed"],
  ]);
  return parts.filter(([number]) => number > 0).slice(0, 2).map(([number, one, many]) => `${count(number)} ${number === 1 ? one : many}`).join(", ") || "nothing to commit";
}

/**
 * One drawing a row: lanes that pass, lanes that come together here, lanes that go on to the parents.
 * @param {{id: string, parents: string[]}[]} rows
 */
function drawGraph(rows) {
  /** What each lane waits for. @type {(string | null)[]} */
  let lanes = [];
  const known = new Set(rows.map(({ id }) => id));
  const drawn = rows.map(({ id, parents }) => {
    const before = [...lanes];
    let own = lanes.indexOf(id);
    if (own < 0) own = free(lanes);
    lanes = lanes.map((wanted) => (wanted === id ? null : wanted));
    /** @type {number[]} */
    const down = [];
    parents.filter((parent) => known.has(parent)).forEach((parent, index) => {
      let place = lanes.indexOf(parent);
      if (place < 0) place = index === 0 ? own : free(lanes);
      lanes[place] = parent;
      down.push(place);
    });
    const paths = before.flatMap((wanted, place) => (wanted === null ? [] : [path(place, 0, wanted === id ? own : place, wanted === id ? row / 2 : row)]));
    return { own, isNow: id === now, paths: [...paths, ...down.map((place) => path(own, row / 2, place, row))], width: Math.max(before.length, lanes.length, own + 1) };
  });
  const width = 8 + lane * Math.min(6, Math.max(1, ...drawn.map((entry) => entry.width)));
  return drawn.map(({ own, isNow, paths }) => svg("svg", { class: "graph", width, height: row, viewBox: `0 0 ${width} ${row}`, "aria-hidden": "true" },
    ...paths.map((d) => svg("path", { d })), svg("circle", { cx: middle(own), cy: row / 2, r: 4.5, class: isNow ? "now" : "" })));
}

/** The first lane that waits for nothing. @param {(string | null)[]} lanes */
function free(lanes) {
  const place = lanes.indexOf(null);
  if (place >= 0) return place;
  lanes.push(null);
  return lanes.length - 1;
}

/** @param {number} place */
const middle = (place) => 12 + lane * place;

/** @param {number} from @param {number} top @param {number} to @param {number} bottom */
function path(from, top, to, bottom) {
  const [x, z, half] = [middle(from), middle(to), (top + bottom) / 2];
  return x === z ? `M${x} ${top}V${bottom}` : `M${x} ${top}C${x} ${half} ${z} ${half} ${z} ${bottom}`;
}
