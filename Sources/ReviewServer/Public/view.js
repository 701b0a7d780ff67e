// One filter for all views: what is looked at, and how it is written into the address.

import { get, post } from "./api.js";
import { count, share } from "./dom.js";
import { go } from "./router.js";

// More values of a condition are not told one by one.
const most = 4;
// More pictures are not named one by one in an address.
const mostNamed = 5000;

/**
 * @typedef {{field: string, is?: (string | number | null)[], not?: (string | number | null)[], from?: number, to?: number,
 *   contains?: string}} Condition
 * @typedef {{filter: Condition[], sort: {field: string, descending: boolean} | null, similar: number | null,
 *   within: string | null, version: string | null}} Query
 * @typedef {{view: string, count: number, version: string | null}} Opened
 * @typedef {{name: string, kind: "number" | "text" | "choice", min?: number, max?: number, values?: any[]}} Field
 */

/** @param {URLSearchParams} words @returns {Query} */
export function queryOf(words) {
  const sort = words.get("sort");
  return {
    filter: conditionsOf(words.get("q")),
    sort: sort ? { field: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : null,
    similar: Number(words.get("similar")) || null,
    within: words.get("within"),
    version: words.get("version"),
  };
}

/** @param {string | null} text @returns {Condition[]} none when the text was cut or made up */
function conditionsOf(text) {
  try {
    const list = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter((condition) => typeof condition?.field === "string") : [];
  } catch { return []; }
}

/** The words of a query in an address. @param {Query} query @returns {Record<string, string>} */
export function wordsOf({ filter, sort, similar, within, version }) {
  /** @type {Record<string, string>} */
  const words = {};
  if (filter.length > 0) words.q = JSON.stringify(filter);
  if (sort) words.sort = `${sort.descending ? "-" : ""}${sort.field}`;
  if (similar) words.similar = String(similar);
  if (within) words.within = within;
  if (version) words.version = version;
  return words;
}

/** @param {Query} query @returns {Promise<Opened>} */
export const openView = ({ filter, sort, similar, within, version }) => post("views", {
  filter, sort: sort ?? undefined, similar_to: similar ?? undefined, within: within ?? undefined, version: version ?? undefined,
});

/** Opens Grid with what meets a condition. @param {Condition} condition */
export const openInGrid = (condition) => go("grid", { q: JSON.stringify([condition]) });

/**
 * The numbers of the pictures of a list of the server, as a condition: its pages are read up to some thousand.
 * @param {string} path of the list, with a question mark
 * @returns {Promise<Condition>}
 */
export async function theseOf(path) {
  /** @type {number[]} */
  const is = [];
  let cursor;
  do {
    const page = await get(`${path}&limit=1000${cursor ? `&cursor=${cursor}` : ""}`);
    is.push(...page.items.map((/** @type {any} */ entry) => entry.image.id));
    cursor = page.next;
  } while (cursor && is.length < mostNamed);
  return { field: "id", is };
}

/** The condition on a field, if there is one. @param {Condition[]} filter @param {string} field */
export const conditionOn = (filter, field) => filter.find((condition) => condition.field === field);

/**
 * The filter with another condition on a field, in its old place; without any where it is null.
 * @param {Condition[]} filter @param {string} field @param {Condition | null} condition
 */
export function withCondition(filter, field, condition) {
  const at = filter.findIndex((old) => old.field === field);
  if (at < 0) return condition ? [...filter, condition] : filter;
  return [...filter.slice(0, at), ...(condition ? [condition] : []), ...filter.slice(at + 1)];
}

/** @param {string} field */
export const fieldName = (field) => field.replace(/^meta\./, "").replaceAll("_", " ")
  .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A number as one reads it. @param {number} value */
export function figure(value) {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return count(Math.round(value));
  return Math.abs(value) < 1 ? share(value) : value.toPrecision(3);
}

/** A condition in words: "score .20 to .60". @param {Condition} condition */
export function phrase({ field, is, not, from, to, contains }) {
  const name = fieldName(field);
  if (contains !== undefined) return `${name} has \u201c${contains}\u201d`;
  const list = (/** @type {(string | number | null)[]} */ values) => values.slice(0, most).map((value) => value ?? "none").join(", ")
    + (values.length > most ? ` and ${count(values.length - most)} more` : "");
  const parts = [is ? `: ${list(is)}` : "", not ? ` not ${list(not)}` : ""];
  if (from !== undefined && to !== undefined) parts.push(` ${figure(from)} to ${figure(to)}`);
  else if (from !== undefined) parts.push(` from ${figure(from)}`);
  else if (to !== undefined) parts.push(` up to ${figure(to)}`);
  return name + parts.join("");
}
