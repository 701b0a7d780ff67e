// Lists beside the picture: classes, proposals, suggestions.

import { dot, h, kbd, share } from "./dom.js";
import { categoryNamed } from "./store.js";

/** Where a file is, without its folders. @param {string} path */
export const fileName = (path) => path.slice(path.lastIndexOf("/") + 1);

/** @param {string} title @param {...(Node | string)} content */
export const section = (title, ...content) => h("section", {}, h("h2", {}, title), ...content);

/**
 * The classes with their keys, as buttons.
 * @param {import("./store.js").Category[]} classes @param {(name: string) => void} choose
 * @param {string} [chosen] the class that is in force
 */
export function classList(classes, choose, chosen) {
  const keyed = classes.filter(({ key }) => key !== null);
  if (keyed.length === 0) return h("p", { class: "muted" }, "No class has a name yet.");
  return h("ul", { class: "classlist" }, ...keyed.map((category) => h("li", {},
    h("button", {
      type: "button", title: category.guideline ?? category.description ?? "",
      onclick: () => choose(category.name),
      "aria-pressed": chosen === undefined ? undefined : String(category.name === chosen),
    },
      kbd(category.key ?? ""), dot(category), h("span", {}, category.name)))));
}

/**
 * Names that the class may have, as buttons; nothing where none is suggested.
 * @param {import("./api.js").ReviewItem} item @param {(name: string) => void} choose
 */
export function suggestionList({ suggestions }, choose) {
  if (!suggestions) return [];
  return [section("It may be", h("ul", { class: "suggestions" }, ...suggestions.map(({ label, score, source }) => h("li", {},
    h("button", { type: "button", title: source, onclick: () => choose(label) }, h("span", { class: "label" }, label),
      h("span", { class: "muted numbers" }, source === "folder" ? "folder" : share(score)))))))];
}

/** A class with its mark; words where there is none. @param {string | undefined} name @param {string} otherwise */
export function named(name, otherwise) {
  return name === undefined ? [h("i", { class: "muted" }, otherwise)] : [dot(categoryNamed(name)), h("span", { class: "label" }, name)];
}

/** A moment as "27 Nov, 02:31". @param {string} at */
export const moment = (at) => new Date(at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Proposals with their scores; the sides of a conflict with their branches. @param {import("./api.js").Proposal[]} proposals */
export function proposalList(proposals) {
  return h("ul", { class: "proposals" }, ...proposals.map(({ label, score, source, annotation }) => h("li", { title: source },
    dot(categoryNamed(label)), h("span", { class: "label" }, label),
    ...(annotation ? [h("span", { class: "muted" }, source)] : [
      h("span", { class: "numbers" }, share(score)), h("meter", { min: 0, max: 1, value: score, "aria-hidden": "true" }),
    ]))));
}

/** A bar in two parts: strong, then pale. @param {number} first @param {number} second @param {number} most */
export function stacked(first, second, most) {
  const [strong, pale] = [h("span", { class: "strong" }), h("span", { class: "pale" })];
  strong.style.width = `${(100 * first) / Math.max(1, most)}%`;
  pale.style.width = `${(100 * second) / Math.max(1, most)}%`;
  return h("span", { class: "stacked", "aria-hidden": "true" }, strong, pale);
}

/**
 * What a file says of how it was taken: names with their values.
 * @param {{camera?: string, captured_at?: string, has_location?: boolean}} detail of a picture
 */
export const takenFacts = ({ camera, captured_at: taken, has_location: hasPlace }) => [
  ...(camera ? [["Camera", camera]] : []),
  ...(taken ? [["Taken", `${taken.slice(0, 10)} ${taken.slice(11, 19)} ${taken.slice(19)}`.trim()]] : []),
  ...(hasPlace ? [["Names a place", "yes"]] : []),
];

/** Names with their values as a list. @param {string[][]} facts */
export const factList = (facts) => (facts.length === 0 ? "" : h("dl", { class: "facts numbers" },
  ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));

/** The size of a file. @param {number} bytes */
export const fileSize = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
