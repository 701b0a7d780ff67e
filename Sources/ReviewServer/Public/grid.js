// Every picture that matches a filter: look, choose, decide on all that is chosen.

import { Refusal, Unreachable, get } from "./api.js";
import { complain, decideOn, report } from "./bulk.js";
import { Choice } from "./choice.js";
import { choicePanel, paintMix } from "./choicepanel.js";
import { button, byId, count, h, kbd, pictures, repaint, say } from "./dom.js";
import { FilterPanel, chipRow, nothingMatches } from "./filters.js";
import { bind, release } from "./keys.js";
import { outbox } from "./outbox.js";
import { pickByKey, pickCategory } from "./picker.js";
import { firstRun, refusalNote } from "./review.js";
import { go, stay } from "./router.js";
import { Rows } from "./rows.js";
import { separator } from "./separator.js";
import { ofClasses, store } from "./store.js";
import { TileGrid, sides } from "./tiles.js";
import { fieldName, openView, phrase, queryOf, withCondition, wordsOf } from "./view.js";
import { showWhy } from "./why.js";

// A second click may still come; the tiles stay where they are until then.
const clickTime = 320;
// Of so many chosen pictures at most the classes are counted here.
const mostCounted = 8192;

const emptyQuery = () => queryOf(new URLSearchParams());

/** @typedef {import("./view.js").Query} Query */

/** What was opened last, so that Image goes on in it. @type {{key: string, rows: Rows | null}} */
export const trail = { key: "", rows: null };

export class GridView {
  /** @type {Query} */
  #query = emptyQuery();
  #key = "";
  /** @type {Rows | null} */
  #rows = null;
  #choice = new Choice();
  /** The other end of a range that is chosen now. @type {number | null} */
  #anchor = null;
  /** @type {import("./choice.js").Range | null} */
  #span = null;
  #size = localStorage.getItem("winnow-tiles") ?? "M";
  /** @type {TileGrid | null} */
  #tiles = null;
  /** @type {FilterPanel | null} */
  #filters = null;
  #heading = h("h1", { tabindex: "-1", class: "numbers" }, "\u2026");
  #chips = h("div", { class: "chipplace" });
  #tools = h("div", { class: "gridtools" });
  #bar = h("p", { class: "choicebar", hidden: true });
  #field = h("div", { class: "field" });
  /** @type {HTMLElement | null} */
  #main = null;
  #isVisible = false;
  #isStale = false;
  #isOpening = false;
  /** Whether labels have changed since the list was made. */
  #isOld = false;
  #acts = {
    accept: () => void this.#decide("accept"),
    reject: () => void this.#decide("reject"),
    flag: () => void (store.capabilities.includes("flag") && this.#decide("flag")),
    unflag: () => void (store.capabilities.includes("flag") && this.#decide("unflag")),
    label: (/** @type {string} */ name) => void (ofClasses() && this.#decide("label", name)),
    picker: () => void (ofClasses() && pickCategory(this.#acts.label)),
    open: () => void this.#openImage(this.#focus),
    why: () => void this.#why(),
    similar: () => void this.#similar(),
    clear: () => this.#clear(),
  };
  /** @type {HTMLElement | null} */
  #mixed = null;
  /** @type {number | undefined} */
  #panelTimer;
  /** @type {number | undefined} */
  #placeTimer;
  /** @type {number | undefined} */
  #againTimer;

  constructor() {
    outbox.addEventListener("result", () => { this.#isStale = true; });
    addEventListener("decided", () => { this.#isStale ||= !this.#isVisible; });
  }

  /** @param {import("./router.js").Place} place */
  show(place) {
    this.#isVisible = true;
    this.#main ??= this.#build();
    byId("main").replaceChildren(this.#main);
    byId("detail").replaceChildren();
    bind("grid", this.#keys());
    this.#tiles?.restore();
    this.update(place);
    if (this.#isStale) this.refresh();
    this.#chosen();
    if (!this.#main.contains(document.activeElement)) this.#heading.focus({ preventScroll: true });
  }

  /** @param {import("./router.js").Place} place */
  update({ query: words }) {
    const query = queryOf(words);
    const key = JSON.stringify(wordsOf(query));
    this.#setSize(words.get("size") ?? this.#size, false);
    const at = Number(words.get("at")) || 0;
    const top = Number(words.get("top")) || 0;
    if (key !== this.#key || !this.#rows) return void this.#open(query, key, at, top);
    if (words.has("at") && at !== this.#tiles?.focus) this.#tiles?.moveFocus(at, false);
    this.#write();
  }

  hide() {
    this.#isVisible = false;
    clearTimeout(this.#placeTimer);
    clearTimeout(this.#panelTimer);
    byId("chosen").textContent = "";
    document.body.classList.remove("filtering");
    release("grid", "decide");
  }

  /** Asks again for what may have changed. */
  refresh() {
    this.#isStale = !this.#isVisible;
    if (this.#isStale || !this.#rows) return;
    this.#isOld = this.#query.filter.length > 0 || this.#query.sort !== null;
    this.#paintBar();
    this.#rows.forget();
    this.#tiles?.refresh();
    this.#countValues();
    if (this.#choice.size > 0) this.#mix();
  }

  /** Takes what was typed into the search field. @param {string} text */
  search(text) {
    const category = store.classes.find(({ name }) => name.toLowerCase() === text.toLowerCase());
    const filter = this.#isVisible ? this.#query.filter : [];
    const query = this.#isVisible ? this.#query : emptyQuery();
    this.#go({ ...query, filter: category ? withCondition(filter, "class", { field: "class", is: [category.name] })
      : withCondition(filter, "path", text ? { field: "path", contains: text } : null) });
  }

  #build() {
    const tiles = new TileGrid(this.#choice);
    this.#tiles = tiles;
    tiles.addEventListener("press", (event) => this.#pressed(/** @type {CustomEvent} */ (event).detail));
    tiles.addEventListener("open", (event) => this.#openImage(/** @type {CustomEvent} */ (event).detail.position));
    tiles.addEventListener("move", () => this.#write());
    tiles.resize(this.#size);
    this.#filters = new FilterPanel();
    this.#filters.addEventListener("filter", (event) => this.#narrow(/** @type {CustomEvent} */ (event).detail));
    this.#filters.addEventListener("open", () => this.#countValues());
    this.#field.replaceChildren(tiles.node);
    return h("div", { class: "screen grid" }, this.#filters.node, separator("the filters", "--filters", 1),
      h("div", { class: "matches" },
        h("header", {}, this.#heading, this.#chips, h("span", { class: "gap" }), this.#tools), this.#bar, this.#field));
  }

  #keys() {
    return {
      move: (/** @type {KeyboardEvent} */ event) => this.#step(event),
      extend: (/** @type {KeyboardEvent} */ event) => this.#step(event, true),
      choose: () => this.#toggle(this.#focus, false),
      all: () => this.#chooseAll(),
      open: this.#acts.open,
      similar: this.#acts.similar,
      larger: () => this.#resize(1),
      smaller: () => this.#resize(-1),
      clear: this.#acts.clear,
      again: () => this.#isOld && this.#again(),
      panel: () => this.#foldFilters(),
    };
  }

  get #focus() { return this.#tiles?.focus ?? 0; }
  /** How many match; none while that is not known, so that nothing of the list before is chosen. */
  get #matches() { return this.#isOpening ? 0 : this.#rows?.count ?? 0; }

  // Opening a list.

  /** @param {Query} query @param {string} key @param {number} at @param {number} top */
  async #open(query, key, at, top) {
    [this.#query, this.#key, this.#isOpening] = [query, key, true];
    this.#choice.clear();
    this.#chosen();
    this.#filters?.show(query.filter);
    this.#paintHead(null);
    // The layout stands at once, with grey tiles where pictures will be.
    if (!this.#rows) this.#tiles?.set(null, store.images);
    this.#main?.classList.add("waiting");
    try {
      const { view, count: number } = await openView(query);
      if (key !== this.#key) return;
      this.#rows = new Rows(view, number);
      this.#isOld = false;
      this.#endOpening();
      this.#paintBar();
      Object.assign(trail, { key, rows: this.#rows });
      this.#rows.addEventListener("failed", (event) => this.#failed(/** @type {CustomEvent} */ (event).detail));
      this.#showRows(at, top);
      this.#recall();
      this.#countValues();
    } catch (error) {
      if (key === this.#key) this.#refused(error);
    }
  }

  #endOpening() {
    this.#isOpening = false;
    this.#main?.classList.remove("waiting");
  }

  /** @param {number} at @param {number} top */
  #showRows(at, top) {
    const tiles = /** @type {TileGrid} */ (this.#tiles);
    this.#paintHead(this.#matches);
    if (this.#matches === 0) return void this.#showNothing();
    if (!tiles.node.isConnected) this.#field.replaceChildren(tiles.node);
    tiles.focus = at;
    tiles.set(this.#rows, this.#matches);
    tiles.scrollTo(top);
    if (at > 0 && top === 0) tiles.moveFocus(at, false);
    say(`${pictures(this.#matches)} match`);
  }

  #showNothing() {
    this.#tiles?.set(null, 0);
    if (store.images === 0) return this.#field.replaceChildren(firstRun());
    this.#field.replaceChildren(nothingMatches(this.#query.filter,
      async (filter) => (await openView({ ...this.#query, filter })).count, (filter) => this.#narrow(filter)));
    say("Nothing matches");
  }

  /** @param {unknown} error */
  #refused(error) {
    if (error instanceof Unreachable) return this.#againSoon();
    if (!(error instanceof Refusal)) throw error;
    // The list before does not belong to these conditions.
    this.#rows = null;
    this.#endOpening();
    this.#heading.textContent = "";
    this.#field.replaceChildren(refusalNote(error, () => this.#again()));
  }

  // The server may have been started again meanwhile, and knows the view no more.
  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof Refusal && error.status !== 404) complain(error);
    else this.#againSoon();
  }

  #againSoon() {
    clearTimeout(this.#againTimer);
    this.#againTimer = setTimeout(() => this.#again(), 1000);
  }

  #again() {
    if (!this.#isVisible) return void (this.#isStale = true);
    this.#open(this.#query, this.#key, this.#focus, this.#tiles?.first ?? 0);
  }

  /** How many pictures each value has. */
  async #countValues() {
    const [rows, fields] = [this.#rows, this.#filters?.open ?? []];
    if (!rows || fields.length === 0) return;
    try {
      const facets = await get(`views/${rows.view}/facets?fields=${fields.map(encodeURIComponent).join(",")}`);
      if (rows === this.#rows) this.#filters?.update(facets);
    } catch (error) { this.#failed(error); }
  }

  // A range that is moved by keys is told a moment later: not from another view.
  /** @param {import("./view.js").Condition[]} filter */
  #narrow(filter) { if (this.#isVisible) this.#go({ ...this.#query, filter }); }

  /** @param {Query} query */
  #go(query) { go("grid", { ...wordsOf(query), size: this.#size }); }

  // Where one is stands in the address, for reload, back and copied links.
  #write() {
    clearTimeout(this.#placeTimer);
    this.#placeTimer = setTimeout(() => {
      if (this.#isVisible && this.#rows) stay("grid", this.#words());
    }, 250);
  }

  #words() {
    const [at, top] = [this.#focus, this.#tiles?.first ?? 0];
    return { ...wordsOf(this.#query), size: this.#size, ...(at ? { at: String(at) } : {}), ...(top ? { top: String(top) } : {}) };
  }

  // The head: how many match, under which conditions, in which order.

  /** @param {number | null} number null while it is not known */
  #paintHead(number) {
    const { filter, similar, within, version } = this.#query;
    if (number !== null) this.#heading.textContent = `${count(number)} match`;
    const chips = filter.map((condition) => ({
      text: phrase(condition),
      remove: () => this.#narrow(filter.filter((other) => other !== condition)),
    }));
    for (const [name, value, text] of /** @type {const} */ ([["version", version, `as of ${version}`],
      ["within", within, "within a choice"], ["similar", similar, `similar to image ${similar}`]])) {
      if (value) chips.unshift({ text, remove: () => this.#go({ ...this.#query, [name]: null }) });
    }
    const hadFocus = this.#chips.contains(document.activeElement);
    this.#chips.replaceChildren(chipRow(chips));
    if (hadFocus) this.#heading.focus({ preventScroll: true });
    repaint(this.#tools, this.#sortTool(), this.#sizeTool(),
      h("button", { type: "button", class: "filtertool", onclick: () => this.#foldFilters() }, kbd("["), " filters"),
      h("button", { type: "button", onclick: () => this.#chooseAll() }, kbd("Ctrl A"), " all"));
    this.#paintCounts();
  }

  #sortTool() {
    const { sort } = this.#query;
    const fields = store.fields.filter(({ kind, name }) => kind === "number" || name === "class" || name === "path");
    const select = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "Sort by" },
      h("option", { value: "" }, this.#query.similar ? "likeness" : "as imported"),
      ...fields.map(({ name }) => h("option", { value: name, selected: name === sort?.field }, fieldName(name)))));
    select.addEventListener("change", () => this.#go({
      ...this.#query, sort: select.value ? { field: select.value, descending: false } : null,
    }));
    return h("span", { class: "sort" }, select, sort && h("button", {
      type: "button", "aria-label": sort.descending ? "greatest first; turn round" : "least first; turn round",
      onclick: () => this.#go({ ...this.#query, sort: { ...sort, descending: !sort.descending } }),
    }, sort.descending ? "\u2193" : "\u2191"));
  }

  #sizeTool() {
    return h("span", { class: "sizes", role: "group", "aria-label": "Size of the tiles" }, ...Object.keys(sides).map((size) => h("button", {
      type: "button", "aria-pressed": String(size === this.#size), onclick: () => this.#setSize(size),
    }, size)));
  }

  /** @param {number} step */
  #resize(step) {
    const names = Object.keys(sides);
    this.#setSize(names[Math.max(0, Math.min(names.length - 1, names.indexOf(this.#size) + step))]);
  }

  /** @param {string} size @param {boolean} [isKept] */
  #setSize(size, isKept = true) {
    if (size === this.#size || !(size in sides)) return;
    this.#size = size;
    if (isKept) localStorage.setItem("winnow-tiles", size);
    this.#tiles?.resize(size);
    this.#paintHead(this.#rows ? this.#matches : null);
    if (isKept) this.#write();
  }

  #foldFilters() {
    const isNarrow = matchMedia("(max-width: 1023px)").matches;
    const isOpen = document.body.classList.toggle(isNarrow ? "filtering" : "unfiltered") === isNarrow;
    if (isOpen) /** @type {HTMLElement | null} */ (this.#filters?.node.querySelector("summary"))?.focus();
  }

  // Moving and choosing.

  /** @param {KeyboardEvent} event @param {boolean} [isRange] */
  #step(event, isRange = false) {
    const tiles = this.#tiles;
    const isElsewhere = /** @type {HTMLElement} */ (event.target).closest(".filters, .gridtools, aside");
    if (!tiles || this.#matches === 0 || isElsewhere) return false;
    const { columns, focus, lines } = tiles;
    const page = lines * columns;
    const steps = {
      ArrowLeft: focus - 1, ArrowRight: focus + 1, ArrowUp: focus - columns, ArrowDown: focus + columns,
      Home: 0, End: this.#matches - 1, PageUp: focus - page, PageDown: focus + page,
    };
    const wanted = /** @type {Record<string, number>} */ (steps)[event.key];
    // Up and down keep the column; at either end they stay.
    const isOut = wanted < 0 || wanted >= this.#matches;
    const next = !isOut ? wanted : event.key === "PageUp" ? focus % columns
      : event.key === "PageDown" || (event.key === "ArrowDown" && Math.floor(focus / columns) < Math.floor((this.#matches - 1) / columns))
        ? this.#matches - 1 : focus;
    if (isRange) this.#extend(focus, next);
    else this.#anchor = this.#span = null;
    tiles.moveFocus(next);
  }

  /** @param {number} from @param {number} to */
  #extend(from, to) {
    this.#anchor ??= from;
    if (this.#span) this.#choice.remove(...this.#span);
    this.#span = [Math.min(this.#anchor, to), Math.max(this.#anchor, to) + 1];
    this.#choice.add(...this.#span);
    this.#chosen();
    say(`${count(this.#choice.size)} chosen`);
  }

  /** @param {{position: number, shift: boolean}} press */
  #pressed({ position, shift }) {
    this.#tiles?.moveFocus(position);
    this.#toggle(position, shift, clickTime);
  }

  /** @param {number} position @param {boolean} toHere @param {number} [wait] */
  #toggle(position, toHere, wait = 0) {
    if (this.#matches === 0) return;
    if (toHere) return this.#extend(this.#anchor ?? 0, position);
    this.#choice.toggle(position);
    [this.#anchor, this.#span] = [position, null];
    this.#chosen(wait);
    say(`${count(this.#choice.size)} chosen`);
  }

  #chooseAll() {
    if (this.#matches === 0) return;
    this.#choice.add(0, this.#matches);
    this.#chosen();
    say(`${count(this.#matches)} chosen, not only those shown`);
  }

  #clear() {
    if (document.body.classList.contains("filtering")) return this.#foldFilters();
    if (this.#choice.size === 0 && byId("detail").childElementCount === 0) return false;
    this.#choice.clear();
    this.#anchor = this.#span = null;
    this.#chosen();
    say("Nothing chosen");
  }

  /** Shows what is chosen now. @param {number} [wait] until the panel may come or go */
  #chosen(wait = 0) {
    const { size } = this.#choice;
    this.#tiles?.paintChoice();
    this.#paintCounts();
    this.#paintBar();
    this.#remember();
    if (!this.#isVisible) return;
    const { accept, reject, flag, unflag, label, picker, why } = this.#acts;
    bind("decide", size === 0 ? { why } : { accept, reject, flag, unflag, picker, why, category: ({ key }) => pickByKey(key, label) });
    clearTimeout(this.#panelTimer);
    if (wait > 0 && (size === 0) !== (byId("detail").childElementCount === 0)) {
      this.#panelTimer = setTimeout(() => this.#paintPanel(), wait);
    } else this.#paintPanel();
  }

  #paintBar() {
    const { size } = this.#choice;
    const isAll = size > 0 && size === this.#matches;
    this.#bar.hidden = !isAll && !this.#isOld;
    this.#bar.replaceChildren(...(isAll ? [`All ${count(size)} that match are chosen, not only the ${count(this.#tiles?.shown ?? 0)} shown.`]
      : ["The list is as it was before the last decisions.", button("R", "match again", () => this.#again())]));
  }

  #paintCounts() {
    const { size } = this.#choice;
    byId("chosen").textContent = !this.#rows || this.#isOpening ? "" : `${count(this.#matches)} match${size > 0 ? `, ${count(size)} chosen` : ""}`;
  }

  #paintPanel() {
    const { size } = this.#choice;
    const hadFocus = byId("detail").contains(document.activeElement);
    if (size === 0) byId("detail").replaceChildren();
    if (size === 0) return void (hadFocus && this.#tiles?.moveFocus(this.#focus));
    const { node, mixed } = choicePanel(size, this.#acts);
    this.#mixed = mixed;
    repaint(byId("detail"), node);
    this.#mix();
  }

  async #mix() {
    const [rows, place] = [this.#rows, this.#mixed];
    if (!rows || !place) return;
    try {
      const mix = this.#choice.size === rows.count ? await mixOfAll(rows) : await mixOf(rows, [...this.#choice.ranges]);
      if (place === this.#mixed) paintMix(place, mix, this.#choice.size);
    } catch (error) { this.#failed(error); }
  }

  // A choice outlives a reload, as long as the list is the same.
  #remember() {
    if (!this.#rows || this.#isOpening) return;
    const { view, count: number } = this.#rows;
    const ranges = this.#choice.ranges.slice(0, 1000);
    sessionStorage.setItem("winnow-choice", JSON.stringify({ view, number, ranges }));
  }

  #recall() {
    const kept = JSON.parse(sessionStorage.getItem("winnow-choice") ?? "null");
    if (kept?.view !== this.#rows?.view || kept?.number !== this.#matches) return;
    for (const [from, to] of kept.ranges) this.#choice.add(from, to);
    this.#chosen();
  }

  // Deciding and leaving.

  /** @param {import("./bulk.js").Verb} verb @param {string} [label] */
  async #decide(verb, label) {
    const { size } = this.#choice;
    if (size === 0 || !this.#rows) return;
    const [rows, { ranges }] = [this.#rows, this.#choice];
    const target = { view: rows.view, ...this.#choice.body(), size };
    // What is chosen from here on is for the next decision.
    this.#choice.clear();
    this.#chosen();
    if (!await decideOn(target, verb, label) && rows === this.#rows) {
      for (const [from, to] of ranges) this.#choice.add(from, to);
      this.#chosen();
    }
    this.refresh();
    dispatchEvent(new Event("decided"));
  }

  /** A row that may still be on its way; null when the list is another one by then. @param {number} position */
  async #arrived(position) {
    const rows = this.#rows;
    await rows?.load(position, position + 1);
    return rows === this.#rows && this.#isVisible ? rows?.at(position) ?? null : null;
  }

  async #similar() {
    const row = await this.#arrived(this.#focus);
    if (!row) return;
    if (!store.capabilities.includes("similar")) return report("Likeness needs embeddings: run `winnow embed`", false);
    this.#go({ ...emptyQuery(), similar: row.id });
  }

  /** Why the focused picture is what it is, below what is chosen. */
  async #why() {
    const row = await this.#arrived(this.#focus);
    if (!row) return;
    try {
      const detail = await get(`images/${row.id}`);
      const panel = byId("detail");
      if (this.#isVisible) await showWhy(detail, () => panel.firstElementChild ?? panel, `Why: image ${row.id}`);
    } catch (error) { complain(error); }
  }

  /** @param {number} position */
  async #openImage(position) {
    const row = await this.#arrived(position);
    if (!row || !this.#tiles) return;
    this.#tiles.moveFocus(position, false);
    stay("grid", this.#words());
    go(`image/${row.id}`, this.#words());
  }
}

/** What all pictures of a list are now. @param {Rows} rows @returns {Promise<import("./choicepanel.js").Mix>} */
async function mixOfAll(rows) {
  /** @type {import("./filters.js").Facet[]} */
  const facets = await get(`views/${rows.view}/facets?fields=class,state`);
  const [classes, states] = ["class", "state"].map((name) => new Map(facets.find(({ field }) => field === name)?.values
    ?.filter(({ filtered }) => filtered > 0).map(({ id, filtered }) => [id, filtered])));
  return { classes, states, counted: rows.count };
}

/** What chosen pictures are now, from their rows. @param {Rows} rows @param {import("./choice.js").Range[]} ranges */
async function mixOf(rows, ranges) {
  /** @type {import("./choicepanel.js").Mix} */
  const mix = { classes: new Map(), states: new Map(), counted: 0 };
  for (const [from, to] of ranges) {
    const end = Math.min(to, from + mostCounted - mix.counted);
    await rows.load(from, end);
    for (let position = from; position < end; position++) {
      const row = rows.at(position);
      if (!row) continue;
      mix.counted++;
      mix.classes.set(row.category, (mix.classes.get(row.category) ?? 0) + 1);
      mix.states.set(row.state, (mix.states.get(row.state) ?? 0) + 1);
    }
  }
  return mix;
}
