// Decisions on their way: kept in IndexedDB until the server has them, sent in order, never lost.

import { Refusal, pause, post } from "./api.js";

const batch = 20;

/** @typedef {{order?: number, submission: import("./api.js").Submission}} Entry */

/** Dispatches `change`, and `result` with `{submission, result}` for each decision that arrived. */
class Outbox extends EventTarget {
  /** @type {Entry[]} */
  #entries = [];
  #flying = 0;
  #attempt = 0;
  #size = batch;
  /** @type {number | undefined} */
  #timer;
  /** @type {IDBDatabase | null} */
  #database = null;
  /** @type {Date | null} */
  savedAt = null;

  /** Opens the store of a data set and goes on with what an earlier page left. @param {string} key */
  async open(key) {
    try {
      this.#database = await openDatabase(`winnow-${key}`);
      const kept = await settled(this.#store("readonly").getAll());
      this.#entries.unshift(...kept);
    } catch {
      // A browser without IndexedDB (private mode) still reviews; only a closed page would lose.
      this.#database = null;
    }
    this.#changed();
    this.flush();
  }

  get unsent() { return this.#entries.length; }

  /** @param {string} item */
  holds(item) { return this.#entries.some((entry) => entry.submission.item === item); }

  /** @param {import("./api.js").Submission} submission */
  async add(submission) {
    /** @type {Entry} */
    const entry = { submission };
    this.#entries.push(entry);
    this.#changed();
    if (this.#database) {
      const key = await settled(this.#store("readwrite").add({ submission })).catch(() => undefined);
      if (typeof key === "number") entry.order = key;
      if (!this.#entries.includes(entry)) this.#forget(entry);
    }
    this.flush();
  }

  /**
   * Takes back a decision that has not left yet.
   * @param {string} id
   * @returns {boolean} whether it had not left
   */
  withdraw(id) {
    const index = this.#entries.findIndex((entry) => entry.submission.id === id);
    if (index < this.#flying) return false;
    this.#forget(this.#entries.splice(index, 1)[0]);
    this.#changed();
    return true;
  }

  /** Resolves when all decisions have arrived. */
  async emptied() {
    while (this.unsent > 0) {
      await new Promise((resolve) => this.addEventListener("change", resolve, { once: true }));
    }
  }

  /** Sends what waits; called again by itself until all has arrived. */
  async flush() {
    if (this.#flying > 0 || this.#entries.length === 0) return;
    clearTimeout(this.#timer);
    const sent = this.#entries.slice(0, this.#size);
    this.#flying = sent.length;
    try {
      const { results } = await post("decisions", { decisions: sent.map((entry) => entry.submission) });
      this.#attempt = 0;
      this.#arrived(sent, results);
      if (this.unsent === 0) this.#size = batch;
    } catch (error) {
      if (error instanceof Refusal && (error.status === 400 || error.status === 413)) this.#refused(sent, error);
      else this.#timer = setTimeout(() => this.flush(), pause(this.#attempt++));
      if (error instanceof Refusal) {
        this.dispatchEvent(new CustomEvent("refusal", { detail: error }));
      }
    } finally {
      this.#flying = 0;
      this.#changed();
    }
    if (this.#attempt === 0) this.flush();
  }

  /** @param {Entry[]} sent @param {import("./api.js").SubmissionResult[]} results */
  #arrived(sent, results) {
    this.#entries.splice(0, sent.length);
    this.savedAt = new Date();
    sent.forEach((entry, index) => {
      this.#forget(entry);
      const detail = { submission: entry.submission, result: results[index] };
      this.dispatchEvent(new CustomEvent("result", { detail }));
    });
  }

  // The server cannot read a decision of this batch, or all at once, and never will: keeping it would block the
  // rest. One by one from here, so that only that one is given up.
  /** @param {Entry[]} sent @param {Refusal} refusal */
  #refused(sent, refusal) {
    this.#attempt = 0;
    this.#size = 1;
    if (sent.length > 1) return;
    const message = `${refusal.message} ${refusal.remedy}`;
    this.#arrived(sent, sent.map(({ submission }) => ({
      item: submission.item, status: "invalid", message,
    })));
  }

  #changed() { this.dispatchEvent(new Event("change")); }

  /** @param {IDBTransactionMode} mode */
  #store(mode) {
    if (!this.#database) throw new Error("no database");
    return this.#database.transaction("outbox", mode).objectStore("outbox");
  }

  /** @param {Entry} entry */
  #forget(entry) {
    if (this.#database && entry.order !== undefined) this.#store("readwrite").delete(entry.order);
  }
}

export const outbox = new Outbox();

/** @param {string} name @returns {Promise<IDBDatabase>} */
function openDatabase(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
  };
  return settled(opening);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
