// What the views of versions and issues do at the server; each act is one that can be taken back.

import { Unreachable, link, post } from "./api.js";
import { complain, report } from "./bulk.js";
import { outbox } from "./outbox.js";
import { did } from "./undo.js";

/** @typedef {{batch?: string, version?: {id: string}, changed: number, skipped: number}} ActReport */

/** @type {Promise<unknown>} */
let queue = Promise.resolve();
let pending = 0;

/** Resolves when all that was begun has arrived: undo waits for it. */
export const actsArrived = () => queue;

/** Whether something is on its way to the server. */
export const isActing = () => pending > 0;

/**
 * Does something; one after the other, and after all decisions, so that the newest is taken back first.
 * @param {string} path @param {object} body @param {(report: ActReport) => string} words
 * @returns {Promise<ActReport | null>} null when it was refused, which is said
 */
export function act(path, body, words) {
  pending++;
  const result = queue.then(async () => {
    if (link.lost) throw new Unreachable();
    await outbox.emptied();
    /** @type {ActReport} */
    const answer = await post(path, body);
    const done = answer.batch ?? answer.version?.id;
    did(done);
    report(words(answer), done !== undefined);
    return answer;
  }).catch(complain).finally(() => { pending--; });
  queue = result.catch(() => { /* it is told already */ });
  return result;
}
