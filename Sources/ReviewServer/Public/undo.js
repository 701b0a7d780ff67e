// What the reviewer did last, whatever it was: one key takes it back, another one does it again.

import { Refusal, post } from "./api.js";
import { store } from "./store.js";

// Further back is known to the server alone.
const most = 500;

/**
 * An act by its number in the log of the server. The server's undo knows decisions, of the queue and on pictures;
 * an act of another kind has a `text`, and is taken back by its number.
 * @typedef {{id: number, text?: string}} Act
 * @typedef {{done: Act[], undone: Act[]}} Log
 * @typedef {{id: number, item?: string, what: string}} Reversed
 */

// In the order of the server's log, for decisions arrive when they can.
const place = () => `winnow-acts-${store.key}-${store.reviewer}`;

/** @returns {Log} */
const read = () => JSON.parse(localStorage.getItem(place()) ?? "null") ?? { done: [], undone: [] };

/** @param {Log} log */
const write = ({ done, undone }) => localStorage.setItem(place(), JSON.stringify({
  done: done.sort((a, b) => a.id - b.id).slice(-most), undone: undone.slice(-most),
}));

/** Notes what was done; nothing that was taken back before can be done again then. @param {number | undefined} id none where nothing changed @param {string} [text] of an act that is no decision */
export function did(id, text) {
  if (id) write({ done: [...read().done, { id, text }], undone: [] });
}

/** Whether something is known that can be taken back. */
export const canUndo = () => read().done.length > 0;

/** Takes back what was done last. @returns {Promise<Reversed[]>} none where there was nothing */
export const takeBack = () => reverse("done", "undone", "undo");

/** Does again what was taken back last. @returns {Promise<Reversed[]>} none where there was nothing */
export const doAgain = () => reverse("undone", "done", "redo");

/** @param {keyof Log} from @param {keyof Log} to @param {"undo" | "redo"} way @returns {Promise<Reversed[]>} */
async function reverse(from, to, way) {
  const act = read()[from].at(-1);
  /** @type {Reversed[]} */
  let reversed = [];
  if (act?.text === undefined) {
    const answer = await post(way, { steps: 1 });
    reversed = answer.undone ?? answer.redone;
  } else {
    // Newer changes may have left nothing of it: then what was before it is meant.
    const isThere = await post(`batches/b-${act.id}/${way}`, {}).catch((error) => {
      if (error instanceof Refusal && [404, 409].includes(error.status)) return null;
      throw error;
    });
    reversed = isThere ? [{ id: act.id, what: act.text }] : [];
  }
  const log = read();
  const ids = new Set(reversed.map(({ id }) => id));
  // An older one was taken back, or none: this one does not stand any more. A newer one was done in another browser.
  const isGone = reversed.length === 0 || (way === "undo" && reversed[0].id < (act?.id ?? 0));
  log[from] = log[from].filter(({ id }) => !ids.has(id) && !(isGone && id === act?.id));
  log[to].push(...reversed.map(({ id }) => ({ id, text: id === act?.id ? act.text : undefined })));
  write(log);
  return reversed.length === 0 && act ? reverse(from, to, way) : reversed;
}
