// Decisions on many pictures at once: one request, one step to undo.

import { Refusal, Unreachable, link, post } from "./api.js";
import { alarm, byId, pictures, say } from "./dom.js";
import { outbox } from "./outbox.js";
import { ensureCategory } from "./store.js";
import { did } from "./undo.js";

/**
 * @typedef {"accept" | "reject" | "label" | "flag" | "unflag"} Verb
 * @typedef {{view: string, ranges: import("./choice.js").Range[], except: number[], size: number}} Target
 */

/** Resolves when the decisions that are on their way have arrived, one after the other. */
let arriving = Promise.resolve(false);

/** Undo waits for this: the last decision must be known before it is taken back. */
export const decisionsArrived = () => arriving;

/** Says in the bar below what was done. @param {string} text @param {boolean} canUndo */
export function report(text, canUndo) {
  byId("last").textContent = `${text}.`;
  byId("undo").hidden = !canUndo;
  say(text);
}

/** Says what went wrong. @param {unknown} error @returns {null} */
export function complain(error) {
  if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
  const text = error instanceof Refusal ? `${error.message} ${error.remedy}` : "This needs the server, which does not answer.";
  byId("last").textContent = text;
  alarm(text);
  return null;
}

/** @param {Verb} verb @param {string} [label] */
const done = (verb, label) => ({
  accept: "Accepted as proposed", reject: "Rejected", label: `Decided as ${label}`, flag: "Flagged",
  unflag: "No longer flagged",
})[verb];

/**
 * Decides on pictures of a view. A request that was lost is sent once more with the same number, which the
 * server takes once.
 * @param {Target} target @param {Verb} verb @param {string} [label]
 * @returns {Promise<boolean>} whether it was taken
 */
export function decideOn(target, verb, label) {
  const sent = arriving.then(() => send(target, verb, label));
  arriving = sent.catch(() => false);
  return sent;
}

/** @type {typeof decideOn} */
async function send({ view, ranges, except, size }, verb, label) {
  if (link.lost) return alarm("This needs the server, which does not answer."), false;
  byId("saved").textContent = `Saving ${size}`;
  try {
    // What was decided before comes before, so that undo takes back the last first.
    await outbox.emptied();
    const body = { id: crypto.randomUUID(), decision: verb, label, ranges, except, expected_count: size };
    const { changed, undo, asked = 0 } = await post(`views/${view}/decisions`, body)
      .catch((error) => (error instanceof Unreachable ? post(`views/${view}/decisions`, body) : Promise.reject(error)));
    did(undo);
    if (label) ensureCategory(label);
    byId("saved").textContent = `Saved ${new Date().toLocaleTimeString("en-GB")}`;
    const same = size - changed - asked;
    const rest = [same > 0 ? `${pictures(same)} ${same === 1 ? "stays as it was" : "stay as they were"}` : "",
      asked > 0 ? `${pictures(asked)} left to Review, which asks for your own opinion` : ""].filter((text) => text !== "");
    report([`${done(verb, label)}: ${pictures(changed)}`, ...rest].join("; "),
      changed > 0 && verb !== "flag" && verb !== "unflag");
    return true;
  } catch (error) {
    byId("saved").textContent = "";
    complain(error);
    return false;
  }
}
