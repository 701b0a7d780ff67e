// What the reviewer did last, whatever it was: one key takes it back, another one does it again.

import { post } from "./api.js";

/** @typedef {{id: number, item?: string, what: string}} Reversed */

let isSomethingDone = false;

/** Notes that something was done, now or before the page was opened. @param {number | string | undefined} act its number, or how many; none where nothing changed */
export function did(act) { isSomethingDone ||= Boolean(act); }

/** Whether there may be something to take back. */
export const canUndo = () => isSomethingDone;

/** Takes back what was done last. @returns {Promise<Reversed[]>} none where there was nothing */
export async function takeBack() {
  const answer = await post("undo", { steps: 1 });
  isSomethingDone = answer.can_undo;
  return answer.undone;
}

/** Does again what was taken back last. @returns {Promise<Reversed[]>} none where there was nothing */
export async function doAgain() {
  const answer = await post("redo", { steps: 1 });
  isSomethingDone = answer.can_undo;
  return answer.redone;
}
