// What was drawn and not decided yet, kept in IndexedDB by picture: a reload loses nothing.

import { settled } from "./outbox.js";
import { annotationOf, shapeOf } from "./shapes.js";
import { store } from "./store.js";

// Older ones are of pictures that nobody came back to.
const mostDrafts = 200;

/**
 * @typedef {{picture: number, at: number, base: string,
 *   shapes: {annotation: any, from: import("./shapes.js").From, score?: number}[]}} Draft
 */

/** @type {Promise<IDBDatabase | null> | undefined} */
let opening;

function database() {
  opening ??= new Promise((resolve) => {
    const request = indexedDB.open(`winnow-drafts-${store.key}`, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("drafts", { keyPath: "picture" }).createIndex("at", "at");
    };
    request.onsuccess = () => resolve(request.result);
    // A browser without IndexedDB (private mode) still edits; only a closed page would lose.
    request.onerror = () => resolve(null);
  });
  return opening;
}

/** @param {IDBTransactionMode} mode */
async function drafts(mode) {
  return (await database())?.transaction("drafts", mode).objectStore("drafts") ?? null;
}

/** @type {WeakMap<object, string>} */
const bases = new WeakMap();

/** Names what was shown at the start, so that a draft is not put over something else. @param {import("./shapes.js").Shape[]} shapes */
function baseOf(shapes) {
  const known = bases.get(shapes);
  if (known) return known;
  let hash = 2166136261;
  for (const character of JSON.stringify(shapes.map(annotationOf))) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  }
  bases.set(shapes, (hash >>> 0).toString(16));
  return (hash >>> 0).toString(16);
}

/** Keeps what is drawn in a picture. @param {number} picture @param {import("./shapes.js").Shape[]} start @param {import("./shapes.js").Shape[]} shapes */
export async function keepDraft(picture, start, shapes) {
  const all = await drafts("readwrite");
  if (!all) return;
  /** @type {Draft} */
  const draft = {
    picture, at: Date.now(), base: baseOf(start),
    shapes: shapes.map((shape) => ({ annotation: annotationOf(shape), from: shape.from, score: shape.score })),
  };
  all.put(draft);
  const count = await settled(all.count());
  if (count <= mostDrafts) return;
  const oldest = await settled(all.index("at").openCursor());
  oldest?.delete();
}

/** @param {number} picture */
export async function forgetDraft(picture) { (await drafts("readwrite"))?.delete(picture); }

/**
 * What was drawn in a picture, when, and whether on what is proposed now.
 * @param {number} picture @param {import("./shapes.js").Shape[]} start
 * @returns {Promise<{at: Date, isCurrent: boolean, shapes: import("./shapes.js").Shape[]} | null>}
 */
export async function keptDraft(picture, start) {
  const all = await drafts("readonly");
  /** @type {Draft | undefined} */
  const draft = all ? await settled(all.get(picture)) : undefined;
  if (!draft) return null;
  const shapes = draft.shapes.map(({ annotation, from, score }) => shapeOf(annotation, from, score)).filter((shape) => shape !== null);
  return { at: new Date(draft.at), isCurrent: draft.base === baseOf(start), shapes };
}
