// The queue as it is worked through: show, decide, undo, look back.

import { Refusal, Unreachable, get, link, post } from "./api.js";
import { complain } from "./bulk.js";
import { ClusterScreen } from "./cluster.js";
import { alarm, attend, button, byId, count, h, pictures, say, share } from "./dom.js";
import { bind, release } from "./keys.js";
import { outbox } from "./outbox.js";
import { SingleScreen } from "./single.js";
import { ensureCategory, store } from "./store.js";
import { takeBack } from "./undo.js";

/** The screen of things in a picture; null where labels are of whole pictures. @type {typeof import("./boxes.js").BoxScreen | null} */
let BoxScreen = null;

/** @typedef {{item: import("./api.js").ReviewItem, submission: import("./api.js").Submission, text: string}} Step */

export class ReviewView {
  #prefetch;
  /** @type {import("./boxes.js").BoxScreen | ClusterScreen | SingleScreen | null} */
  #screen = null;
  /** @type {import("./api.js").ReviewItem | null} */
  #shown = null;
  #shownAt = 0;
  /** Labels of decisions that were taken back, by item. @type {Map<string, any[]>} */
  #drafts = new Map();
  /** The open screen, as it is left for a look at something else. @type {{item: import("./api.js").ReviewItem, screen: import("./boxes.js").BoxScreen | ClusterScreen | SingleScreen} | null} */
  #kept = null;
  /** @type {Step[]} */
  #steps = [];
  #lookingAt = -1;
  #visible = false;
  #undoing = Promise.resolve();
  /** @type {Array<{at: number, images: number}>} */
  pace = [];

  /** @param {import("./prefetch.js").Prefetch} prefetch */
  constructor(prefetch) {
    this.#prefetch = prefetch;
    prefetch.addEventListener("change", () => this.#refresh());
    // More is asked for once a decision has arrived, so that the plan knows it.
    outbox.addEventListener("result", () => prefetch.fill());
    addEventListener("split", (event) => void this.#split(/** @type {CustomEvent} */ (event).detail));
    prefetch.addEventListener("lost", (event) => this.#lost(/** @type {CustomEvent} */ (event).detail));
  }

  /** Loads the editor of shapes, where there is something to draw. */
  async prepare() {
    if (store.task !== "classification") ({ BoxScreen } = await import("./boxes.js"));
  }

  show() {
    this.#visible = true;
    this.#shown = null;
    bind("review", {
      skip: () => this.#lookingAt < 0 && this.#prefetch.current !== undefined
        && this.#decide({ decision: "skip" }, "Skipped"),
      previous: () => this.#look(this.#lookingAt < 0 ? this.#steps.length - 1 : this.#lookingAt - 1),
    });
    this.#refresh();
    this.#prefetch.fill();
  }

  hide() {
    this.#visible = false;
    this.#lookingAt = -1;
    release("review", "decide", "cluster", "editor", "previous");
  }

  // Paints the first item, unless it stands there already.
  #refresh() {
    if (!this.#visible || this.#lookingAt >= 0) return;
    const item = this.#prefetch.current ?? null;
    if (item && item === this.#shown) return;
    this.#shown = item;
    if (item) return this.#paint(item);
    this.#screen = null;
    release("decide", "cluster", "editor");
    if (this.#prefetch.refusal) return this.#place(refusalNote(this.#prefetch.refusal, () => this.#prefetch.fill()));
    if (this.#prefetch.empty) return void this.#placeEmpty();
    this.#place(skeleton());
  }

  /** @param {import("./api.js").ReviewItem} item */
  #paint(item) {
    // What was taken out or drawn, and not sent, stays while one looks at something else.
    const { screen } = this.#kept = this.#kept?.item === item ? this.#kept : { item, screen: this.#screenOf(item) };
    this.#screen = screen;
    bind("editor");
    screen.bindKeys();
    this.#shownAt = performance.now();
    this.#place(screen.main, screen.aside);
    attend(screen.heading);
  }

  /** @param {import("./api.js").ReviewItem} item */
  #screenOf(item) {
    for (const { label } of item.predictions) ensureCategory(label);
    // A conflict of a merge is a choice between two sides, whatever it is about.
    const isOfThings = store.task !== "classification" && item.reason !== "disagreement";
    /** @param {object} decision @param {string} text */
    const decide = (decision, text) => this.#decide(decision, text);
    if (item.kind !== "image") return new ClusterScreen(item, decide);
    return isOfThings && BoxScreen ? new BoxScreen(item, decide, this.#drafts.get(item.item)) : new SingleScreen(item, decide);
  }

  /** @param {Node} main @param {Node} [aside] */
  #place(main, aside) {
    byId("main").replaceChildren(main);
    byId("detail").replaceChildren(...(aside ? [aside] : []));
    byId("detail").scrollTop = 0;
    // In a low window all of the page scrolls.
    scrollTo(0, 0);
  }

  /** @param {object} decision @param {string} text */
  #decide(decision, text) {
    const item = this.#shown;
    if (!item || !this.#screen?.isAwake || this.#lookingAt >= 0) return;
    const seconds = Math.round((performance.now() - this.#shownAt) / 100) / 10;
    /** @type {import("./api.js").Submission} */
    const submission = Object.assign({
      id: crypto.randomUUID(), item: item.item, lease: item.lease, reviewer: store.reviewer, seconds,
    }, /** @type {{decision: "accept"}} */ (decision));
    const label = submission.label ?? submission.annotations?.[0]?.label;
    if (label) ensureCategory(label);
    this.#steps.push({ item, submission, text });
    if (submission.decision !== "skip") this.pace.push({ at: Date.now(), images: imagesOf(submission, item) });
    this.#kept = null;
    this.#prefetch.advance();
    this.#refresh();
    outbox.add(submission);
    this.#report(text);
  }

  /** @param {string} text */
  #report(text, canUndo = true) {
    byId("last").textContent = `${text}.`;
    byId("undo").hidden = !canUndo;
    say(this.#screen ? `${text}. Next: ${this.#screen.summary}.` : `${text}.`);
  }

  /** Splits a group; its halves come next. @param {import("./api.js").ReviewItem} item */
  async #split(item) {
    try {
      const { items } = await post(`clusters/${item.item}/split`, { lease: item.lease });
      this.#prefetch.replace(item, items);
      this.#report("Split in two", false);
    } catch (error) { complain(error); }
  }

  /** Takes back the last decision: here if it has not left, else at the server. */
  undo() {
    this.#undoing = this.#undoing.then(() => this.#undoOne()).catch((error) => void complain(error));
    return this.#undoing;
  }

  async #undoOne() {
    this.#leavePrevious();
    const step = this.#steps.at(-1);
    if (step?.submission.annotations) this.#drafts.set(step.item.item, step.submission.annotations);
    if (step && outbox.withdraw(step.submission.id)) {
      this.#forgetStep(step);
      this.#prefetch.putFirst(step.item);
      return this.#tellUndone(step.text);
    }
    if (link.lost) throw new Unreachable();
    await outbox.emptied();
    const undone = await takeBack();
    if (undone.length === 0) return this.#tellUndone(null);
    for (const { item, what } of undone) {
      // What was done elsewhere is not an item of the queue.
      if (!item) {
        this.#tellUndone(what);
        continue;
      }
      const known = this.#steps.findLast((step) => step.item.item === item);
      if (known) this.#forgetStep(known);
      await this.#prefetch.reclaim(item);
      this.#tellUndone(known?.text ?? what);
    }
  }

  /** @param {Step} step */
  #forgetStep(step) {
    this.#steps = this.#steps.filter((other) => other !== step);
    if (step.submission.decision !== "skip") this.pace.pop();
  }

  /** @param {string | null} what */
  #tellUndone(what) {
    const text = what === null ? "Nothing to undo" : `Taken back: ${what}`;
    byId("last").textContent = `${text}.`;
    byId("undo").hidden = what === null;
    say(text);
  }

  /** @param {number} index */
  #look(index) {
    const step = this.#steps[index];
    if (!step) return void say("Nothing before this");
    this.#lookingAt = index;
    const screen = this.#screenOf(step.item);
    release("decide", "cluster", "editor");
    bind("previous", {
      back: () => (index + 1 < this.#steps.length ? this.#look(index + 1) : this.#leavePrevious()),
    });
    screen.main.classList.add("readonly");
    for (const part of screen.main.querySelectorAll(".tiles, .picture, .tools")) part.setAttribute("inert", "");
    screen.main.querySelector(".actions")?.replaceChildren(h("span", {}, `${step.text}. `),
      button("\u2192", "back to the open one", () => this.#leavePrevious(), "primary"));
    this.#place(screen.main);
    screen.heading.focus();
  }

  #leavePrevious() {
    if (this.#lookingAt < 0) return;
    this.#lookingAt = -1;
    this.#shown = null;
    bind("previous");
    this.#refresh();
  }

  /** @param {import("./api.js").ReviewItem[]} items */
  #lost(items) {
    if (items.some((item) => item === this.#shown)) {
      alarm("This item was given to somebody else meanwhile; here is the next.");
    }
  }

  async #placeEmpty() {
    if (store.images === 0) return this.#place(firstRun());
    /** @type {import("./api.js").Progress | null} */
    const progress = await get("progress?detail=false").catch(() => null);
    if (this.#shown || this.#lookingAt >= 0 || !this.#visible) return;
    const note = allDecided(progress, () => this.#prefetch.fill());
    const isNew = byId("main").querySelector(".note") === null;
    this.#place(note);
    if (isNew) attend(/** @type {HTMLElement} */ (note.querySelector("h1")));
  }
}

/** @param {import("./api.js").Progress | null} progress @param {() => void} again */
function allDecided(progress, again) {
  const right = progress?.accuracy;
  return h("div", { class: "screen note" },
    h("h1", { tabindex: "-1" }, progress?.pending ? "Nothing to decide right now" : "All proposals decided"),
    progress && h("p", { class: "numbers" }, `${pictures(progress.decided)} decided, ${count(progress.pending)} pending.`,
      right ? ` The proposals were right in ${share(right.estimate)} of the looks (${share(right.low)} to ${share(right.high)}).` : ""),
    h("p", {}, progress?.pending ? "Others may hold the rest; this page asks again by itself. " : "",
      "Keep what you have with ", h("code", {}, "winnow commit -m \u2026"), ", then ", h("code", {}, "winnow export"), "."),
    h("p", {}, button("\u21b5", "look again", again, "primary")));
}

/** @param {import("./api.js").Submission} submission @param {import("./api.js").ReviewItem} item */
function imagesOf({ decision, except }, { size }) {
  if (size === undefined) return 1;
  return decision === "accept" ? size - (except?.length ?? 0) : 0;
}

/** What to do with an empty data set. */
export function firstRun() {
  return h("div", { class: "screen note" }, h("h1", { tabindex: "-1" }, "Nothing here yet"),
    h("p", {}, "This is where proposed labels become labels: one question, one key."),
    h("p", {}, "Fill the data set with ", h("code", {}, "winnow run FOLDER"), ", then reload this page."),
    h("p", {}, button("?", "shows the keys", () => byId("keys").click())));
}

function skeleton() {
  return h("div", { class: "screen cluster waiting", "aria-busy": "true" },
    h("header", {}, h("h1", { tabindex: "-1" }, link.lost ? "No more pictures until the server answers" : "...")),
    h("div", { class: "tiles columns6" }, ...Array.from({ length: 4 }, () =>
      h("div", { role: "presentation" }, ...Array.from({ length: 6 }, () => h("div", { class: "tile" }))))),
    h("div", { class: "actions" }));
}

/**
 * Says in a place why it could not be filled; what the server does not answer is asked for again by itself.
 * @param {unknown} error @param {Element} place nothing is done once it has left the page @param {() => void} again
 */
export function tellFailed(error, place, again) {
  if (!place.isConnected) return;
  if (error instanceof Refusal) return place.replaceChildren(refusalNote(error, again));
  if (!(error instanceof Unreachable)) throw error;
  setTimeout(() => { if (place.isConnected) again(); }, 2000);
}

/** @param {Refusal} refusal @param {() => void} again */
export function refusalNote(refusal, again) {
  const title = refusal.status === 401 ? "Signed out" : "That did not work";
  return h("div", { class: "screen note" }, h("h1", { tabindex: "-1" }, title),
    h("p", {}, refusal.message), h("p", {}, refusal.remedy),
    h("p", { class: "muted" }, `Code: ${refusal.code}. Unsent decisions are kept.`),
    h("p", {}, button("\u21b5", "try again", again, "primary")));
}
