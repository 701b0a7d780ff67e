// One picture: large, what is said of it, by whom and when, what is near to it.

import { Refusal, Unreachable, get, pixels, put, thumbnail } from "./api.js";
import { complain, decideOn, report } from "./bulk.js";
import { classList, factList, fileName, fileSize, section, takenFacts } from "./lists.js";
import { button, byId, count, dot, h, mark, picture, repaint, say, share } from "./dom.js";
import { Editor } from "./editor.js";
import { trail } from "./grid.js";
import { bind, release } from "./keys.js";
import { outbox } from "./outbox.js";
import { pickByKey, pickCategory } from "./picker.js";
import { askComment, commentList, setFlag } from "./remarks.js";
import { refusalNote } from "./review.js";
import { go, stay } from "./router.js";
import { Rows } from "./rows.js";
import { Stage } from "./stage.js";
import { categoryNamed, ofClasses, store } from "./store.js";
import { did } from "./undo.js";
import { fieldName, figure, openView, queryOf, wordsOf } from "./view.js";
import { historyList, keptBack, showWhy } from "./why.js";

/** @param {number} number */
const things = (number) => (number === 0 ? "that nothing is here" : number === 1 ? "1 thing" : `${number} things`);

/** The label alone, as it is sent. @param {Annotation} annotation */
const labelOf = ({ type, label, bbox, segmentation, rle }) => ({ type, label, bbox, segmentation, rle });

/**
 * @typedef {{label: string, type: string, state: string, source: string, score?: number, bbox?: number[],
 *   segmentation?: number[][], rle?: any}} Annotation
 * @typedef {{image: import("./api.js").Picture, bytes: number, format: string, version?: string, annotations: Annotation[],
 *   nearest: {id: number, similarity: number, label?: string}[], metrics?: Record<string, number>,
 *   issues?: {kind: string, score: number}[], duplicates?: {id: number, similarity: number, transform?: string, keep?: boolean}[],
 *   history?: {annotation?: string, label?: string, state?: string, source?: string, author?: string, at?: string}[],
 *   camera?: string, captured_at?: string, has_location?: boolean, blind?: boolean,
 *   cluster?: number, fields?: Record<string, unknown>, flagged_by?: string,
 *   comments?: import("./remarks.js").Comment[]}} Detail
 */

export class ImageView {
  #id = 0;
  /** The words of the list one came from. @type {URLSearchParams} */
  #words = new URLSearchParams();
  /** @type {Rows | null} */
  #rows = null;
  /** Where in the list this picture is; -1 when it is not known to be in it. */
  #at = -1;
  /** @type {Detail | null} */
  #detail = null;
  /** Where labels are of whole pictures. @type {Stage | null} */
  #stage = null;
  /** Where they are of things in them. @type {Editor | null} */
  #editor = null;
  #isVisible = false;
  #heading = h("h1", { tabindex: "-1" });
  #caption = h("p", { class: "muted numbers" });
  #field = h("div", { class: "picture" });
  #bar = h("div", { class: "actions", role: "group", "aria-label": "Decide" });
  #remarks = {
    flag: () => void this.#flag(true), unflag: () => void this.#flag(false),
    note: () => this.#comment(), why: () => this.#why(),
  };
  #main = h("div", { class: "screen single image" }, h("header", {}, this.#heading, this.#caption), this.#field, this.#bar);

  /** @param {import("./router.js").Place} place */
  show(place) {
    this.#isVisible = true;
    byId("main").replaceChildren(this.#main);
    byId("detail").replaceChildren();
    bind("image", {
      next: () => void this.#go(1), before: () => void this.#go(-1), leave: () => this.#leave(),
      closer: () => this.#stage?.zoomStep(true), farther: () => this.#stage?.zoomStep(false),
      fit: () => this.#stage?.fitOrFull(),
    });
    this.update(place);
    this.#heading.focus({ preventScroll: true });
  }

  /** @param {import("./router.js").Place} place */
  update({ path, query }) {
    this.#words = query;
    this.#follow();
    this.#load(Number(path[0]));
  }

  hide() {
    this.#isVisible = false;
    release("image", "editor", "decide");
  }

  /** Asks again for what may have changed. */
  refresh() { if (this.#isVisible) this.#load(this.#id); }

  // The list one came from: as it stands there, or made anew for an address that was copied.
  async #follow() {
    const query = queryOf(this.#words);
    const key = JSON.stringify(wordsOf(query));
    const words = this.#words;
    this.#rows = trail.key === key ? trail.rows : null;
    if (!this.#rows && words.has("at")) {
      try {
        const { view, count: number } = await openView(query);
        if (words !== this.#words) return;
        this.#rows = new Rows(view, number);
        Object.assign(trail, { key, rows: this.#rows });
      } catch (error) { return complain(error); }
    }
    this.#find();
  }

  async #find() {
    const at = Number(this.#words.get("at")) || 0;
    const rows = this.#rows;
    if (!rows || at >= rows.count) return;
    await rows.load(at, at + 1);
    if (rows !== this.#rows) return;
    this.#at = rows.at(at)?.id === this.#id ? at : -1;
    this.#paintCaption();
  }

  /** @param {number} id */
  async #load(id) {
    const isOther = id !== this.#id;
    this.#id = id;
    if (isOther) {
      this.#at = -1;
      // Keys that were meant for the picture before must not decide this one.
      this.#detail = this.#editor = null;
      release("editor", "decide");
      this.#heading.textContent = `Image ${id}`;
      byId("detail").scrollTop = 0;
    }
    this.#find();
    try {
      const detail = await get(`images/${id}`);
      if (id !== this.#id || !this.#isVisible) return;
      this.#paint(detail, isOther || !this.#stage);
    } catch (error) {
      if (id !== this.#id || !this.#isVisible) return;
      if (error instanceof Unreachable) return void setTimeout(() => this.refresh(), 1000);
      if (!(error instanceof Refusal)) throw error;
      this.#detail = this.#stage = this.#editor = null;
      this.#bar.replaceChildren(button("Esc", "back", () => this.#leave()));
      this.#put(h("div", { class: "picture" }, refusalNote(error, () => this.#load(id))));
      byId("detail").replaceChildren();
    }
  }

  /** @param {Detail} detail @param {boolean} isOther */
  #paint(detail, isOther) {
    const before = this.#detail;
    this.#detail = detail;
    const name = fileName(detail.image.path);
    this.#heading.textContent = name;
    // What is drawn stays when only a flag or a comment is new.
    if (!ofClasses()) {
      if (isOther || !this.#editor || this.#editor.isDone || detail.version !== before?.version) this.#openEditor(detail);
    } else if (isOther) this.#openStage(detail);
    this.#paintCaption();
    this.#paintBar();
    this.#paintAside(detail);
    if (this.#editor) this.#editor.bindKeys();
    else {
      bind("decide", {
        accept: () => void this.#decide("accept"),
        reject: () => void this.#decide("reject"),
        category: ({ key }) => pickByKey(key, (name) => void this.#decide("label", name)),
        picker: () => this.pick(),
        ...this.#remarks,
      });
    }
  }

  /** @param {HTMLElement} node */
  #put(node) {
    this.#field.replaceWith(node);
    this.#field = node;
  }

  /** @param {Detail} detail */
  #openStage({ image }) {
    const stage = new Stage(image);
    // There is nothing to draw: a drag moves the picture.
    stage.hand = true;
    stage.node.classList.add("hand");
    stage.addEventListener("view", () => stage.paint());
    this.#stage = stage;
    this.#put(stage.node);
  }

  /** @param {Detail} detail */
  #openEditor({ image, annotations, version }) {
    const shown = annotations.filter(({ type, state }) => type !== "classification" && state !== "rejected");
    const whole = annotations.filter(({ type, state }) => type === "classification" && state !== "rejected" && state !== "proposed");
    const editor = new Editor(image, shown.map((annotation) => ({
      label: annotation.label, score: annotation.score ?? 1,
      source: annotation.state === "proposed" ? annotation.source : "accepted", annotation: labelOf(annotation),
    })), {
      accept: (labels) => void (labels === null && this.#proposed.length > 0 ? this.#decide("accept")
        : this.#save([...whole.map(labelOf), ...(labels ?? shown.map(labelOf))], version, `Saved: ${things(labels?.length ?? shown.length)}`)),
      reject: () => void this.#save(whole.map(labelOf), version, "Decided that nothing is here"),
      keys: this.#remarks,
    });
    editor.addEventListener("change", () => this.#paintBar());
    this.#editor = editor;
    this.#put(editor.main);
  }

  /** @param {any[]} annotations @param {string | undefined} version @param {string} text */
  async #save(annotations, version, text) {
    // Another picture may be open once it has arrived.
    const [id, editor] = [this.#id, this.#editor];
    try {
      await outbox.emptied();
      const { undo } = await put(`images/${id}/annotations`, { id: crypto.randomUUID(), base_version: version, annotations });
      did(undo);
      editor?.done();
      report(text, true);
    } catch (error) { return complain(error); }
    this.#rows?.forget();
    this.refresh();
    dispatchEvent(new Event("decided"));
  }

  #paintCaption() {
    const place = this.#at >= 0 ? `, ${count(this.#at + 1)} of ${count(this.#rows?.count ?? 0)}` : "";
    this.#caption.textContent = `image ${this.#id}${place}`;
  }

  get #proposed() { return (this.#detail?.annotations ?? []).filter(({ state }) => state === "proposed"); }

  /** What an acceptance is about, in words. */
  get #question() {
    const [top] = this.#proposed;
    return top?.label ?? "";
  }

  #paintBar() {
    const some = this.#proposed.length > 0;
    const editor = this.#editor;
    const own = editor ? [
      button("A", editor.chosen?.from === "proposed" ? `accept this ${editor.chosen.label}` : `accept ${things(editor.shapes.length)}`, () => editor.accept(), "primary"),
      button("X", editor.chosen ? `not this ${editor.chosen.label}` : "nothing is here", () => editor.reject()),
      button("C", editor.chosen ? "its class" : "class to draw", () => editor.pick()),
    ] : [
      some ? button("A", `accept ${this.#question}`, () => void this.#decide("accept"), "primary") : null,
      some ? button("X", `reject ${this.#question}`, () => void this.#decide("reject")) : null,
      button("C", "class", () => this.pick(), some ? "" : "primary"),
    ];
    repaint(this.#bar, ...[...own,
      this.#detail?.flagged_by ? button("Shift+F", "unflag", () => void this.#flag(false))
        : button("F", "flag", () => void this.#flag(true)),
      button("N", "comment", () => this.#comment()),
      h("span", { class: "tail" },
        this.#rows ? button("K", "before", () => void this.#go(-1)) : null,
        this.#rows ? button("J", "next", () => void this.#go(1)) : null,
        editor ? null : button("Z", "fit or full", () => this.#stage?.fitOrFull()),
        button("Esc", "back", () => this.#leave())),
    ].filter((node) => node !== null));
  }

  /** @param {Detail} detail */
  #paintAside(detail) {
    const { image, bytes, format, annotations, nearest, metrics, issues, history, duplicates, fields, cluster, flagged_by, comments } = detail;
    const open = (/** @type {number} */ id) => () => go(`image/${id}`, Object.fromEntries(this.#words));
    const facts = [...takenFacts(detail), ...Object.entries(metrics ?? {}).map(([name, value]) => [fieldName(name), figure(value)]),
      ...(cluster === undefined ? [] : [["cluster", String(cluster)]]),
      ...Object.entries(fields ?? {}).map(([name, value]) => [fieldName(name), String(value)])];
    repaint(byId("detail"), h("div", {},
      ...(this.#editor ? [section("In this picture", this.#editor.aside)] : []),
      section("Labels", annotations.length > 0 ? labelList(annotations)
        : h("p", { class: "muted" }, detail.blind ? keptBack : "Nothing is known yet.")),
      section("Classes", classList(store.classes, (name) => (this.#editor ? this.#editor.name(name) : void this.#decide("label", name))),
        button("C", "search, or a new class", () => (this.#editor ?? this).pick())),
      ...(nearest.length === 0 ? [] : [section("Nearest pictures", h("ul", { class: "nearest" }, ...nearest.slice(0, 10).map((near) =>
        nearItem(near.id, [near.label ? dot(categoryNamed(near.label)) : null, near.label ?? "open"], near.similarity, open(near.id)))))]),
      ...(!duplicates?.length ? [] : [section("Duplicates", h("ul", { class: "nearest" }, ...duplicates.slice(0, 10).map((same) =>
        nearItem(same.id, [same.keep ? "kept" : same.transform ?? "same"], same.similarity, open(same.id)))))]),
      ...(!issues?.length ? [] : [section("Issues", h("ul", { class: "tally" }, ...issues.map(({ kind, score }) =>
        h("li", {}, h("span", {}, fieldName(kind)), h("span", { class: "numbers" }, share(score))))))]),
      ...(flagged_by ? [section("Flagged", h("p", {}, `by ${flagged_by}`))] : []),
      ...(!comments?.length ? [] : [section("Comments", commentList(comments))]),
      ...(!history?.length ? [] : [section("History", historyList(history.slice(0, 50)))]),
      section("File", h("p", { class: "path" }, image.path),
        h("p", { class: "muted numbers" }, `${image.width} \u00d7 ${image.height}, ${fileSize(bytes)}, ${format}`),
        factList(facts))));
  }

  pick() { pickCategory((name) => void this.#decide("label", name)); }

  /** @param {boolean} on */
  async #flag(on) {
    if (!this.#detail || !await setFlag([this.#id], on)) return;
    this.#rows?.forget();
    this.refresh();
  }

  /** Where the newest of its labels comes from, or what speaks for one. */
  #why() { if (this.#detail) void showWhy(this.#detail, () => byId("detail").firstElementChild); }

  #comment() { if (this.#detail) askComment(this.#id, () => this.refresh()); }

  /** @param {import("./bulk.js").Verb} verb @param {string} [label] */
  async #decide(verb, label) {
    if (!this.#detail) return;
    if (verb === "label" && !ofClasses()) return;
    if (verb !== "label" && this.#proposed.length === 0) return say("Nothing is proposed");
    const editor = this.#editor;
    try {
      if (await decideOn(await this.#target(), verb, label)) editor?.done();
    } catch (error) { complain(error); }
    this.#rows?.forget();
    this.refresh();
    dispatchEvent(new Event("decided"));
  }

  /** This picture in the list one came from, or in one of its own. */
  async #target() {
    const at = this.#rows && this.#at >= 0 ? this.#at : 0;
    const view = this.#rows && this.#at >= 0 ? this.#rows.view
      : (await openView({ ...queryOf(new URLSearchParams()), filter: [{ field: "id", is: [this.#id] }] })).view;
    return { view, ranges: [/** @type {import("./choice.js").Range} */ ([at, at + 1])], except: [], size: 1 };
  }

  /** @param {number} step */
  async #go(step) {
    const rows = this.#rows;
    if (!rows) return say("This picture was not opened from a list");
    const at = (this.#at >= 0 ? this.#at : Number(this.#words.get("at")) || 0) + step;
    if (at < 0 || at >= rows.count) return say(step > 0 ? "This is the last one" : "This is the first one");
    this.#at = at;
    await rows.load(at, at + 1);
    const row = rows.at(at);
    if (!row || at !== this.#at) return;
    this.#words.set("at", String(at));
    this.#words.delete("top");
    stay(`image/${row.id}`, Object.fromEntries(this.#words));
    this.#load(row.id);
    say(`Image ${row.id}, ${at + 1} of ${rows.count}`);
    const ahead = rows.at(at + step);
    if (ahead) new Image().src = pixels(ahead.id, innerWidth * 0.6);
  }

  #leave() { go("grid", Object.fromEntries(this.#words)); }
}

/** @param {Annotation[]} annotations */
function labelList(annotations) {
  return h("ul", { class: "labels" }, ...annotations.map(({ label, type, state, score, source }) => h("li", {},
    dot(categoryNamed(label)),
    h("span", { class: "label" }, label, type === "classification" ? "" : h("span", { class: "muted" }, ` ${type}`)),
    h("span", { class: "numbers" }, score === undefined || score === null ? "" : share(score)),
    h("span", { title: state }, mark(state), h("span", { class: "unseen" }, state)),
    h("span", { class: "muted from" }, source))));
}

/** @param {number} id @param {(Node | string | null)[]} words @param {number} similarity @param {() => void} open */
function nearItem(id, words, similarity, open) {
  return h("li", {}, h("button", { type: "button", onclick: open, "aria-label": `open image ${id}` },
    picture(thumbnail(id, 160), `image ${id}`, ""), h("span", {}, ...words), h("span", { class: "muted numbers" }, share(similarity))));
}
