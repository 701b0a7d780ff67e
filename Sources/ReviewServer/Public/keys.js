// One table of keys: what each does and where it counts. The dialog that shows them is in keymap.js.

import { button, called, h } from "./dom.js";
import { settings } from "./settings.js";

/**
 * @typedef {"everywhere" | "decide" | "review" | "cluster" | "editor" | "previous" | "versions" | "conflict" | "issues" | "copies" | "grid" | "image"} Scope
 * @typedef {{id: string, scope: Scope, keys: string[], text: string, repeat?: boolean}} Key
 */

/** @type {Key[]} */
export const table = [
  { id: "accept", scope: "decide", keys: ["a"], text: "accept as named in the question" },
  { id: "reject", scope: "decide", keys: ["x"], text: "reject the proposal" },
  { id: "category", scope: "decide", keys: [..."1234567890"], text: "class by its order, of the focused one that is taken out, else of the group" },
  { id: "picker", scope: "decide", keys: ["c"], text: "choose or type a class" },
  { id: "move", scope: "cluster", keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], text: "move the focus", repeat: true },
  { id: "except", scope: "cluster", keys: ["e"], text: "take the focused picture out, or back in; a click does, with Shift all up to it" },
  { id: "exceptRest", scope: "cluster", keys: ["Shift+E"], text: "take out from here to the end" },
  { id: "split", scope: "cluster", keys: ["s"], text: "split into two groups, each with its own question" },
  { id: "more", scope: "cluster", keys: ["m"], text: "show the 24 next" },
  { id: "zoom", scope: "cluster", keys: ["Enter"], text: "zoom into the focused picture" },
  { id: "select", scope: "editor", keys: ["v"], text: "choose and move" },
  { id: "box", scope: "editor", keys: ["b"], text: "draw boxes; Enter puts one in the middle" },
  { id: "polygon", scope: "editor", keys: ["p"], text: "draw polygons, corner by corner" },
  { id: "mask", scope: "editor", keys: ["m"], text: "paint masks with the brush" },
  { id: "eraser", scope: "editor", keys: ["r"], text: "take away from masks with the eraser" },
  { id: "clickToMask", scope: "editor", keys: ["q"], text: "click-to-mask, where a model for it is installed" },
  { id: "smaller", scope: "editor", keys: [","], text: "smaller brush", repeat: true },
  { id: "larger", scope: "editor", keys: ["."], text: "larger brush", repeat: true },
  { id: "finish", scope: "editor", keys: ["Enter"], text: "close the polygon" },
  { id: "nextShape", scope: "editor", keys: [";"], text: "choose the next shape", repeat: true },
  { id: "nextCorner", scope: "editor", keys: ["'"], text: "choose the next corner of the polygon", repeat: true },
  {
    id: "move", scope: "editor", repeat: true, text: "move the chosen shape or corner by 1 pixel; Shift by 10, Alt resizes",
    keys: ["", "Shift+", "Alt+"].flatMap((held) => ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => held + key)),
  },
  { id: "removeShape", scope: "editor", keys: ["Delete"], text: "take the chosen shape or corner away" },
  { id: "snap", scope: "editor", keys: ["u"], text: "put the chosen shape where the proposal is" },
  { id: "copy", scope: "editor", keys: ["d"], text: "copy the chosen shape, or all, to the next picture" },
  { id: "zoomIn", scope: "editor", keys: ["+", "="], text: "nearer; the wheel does, too", repeat: true },
  { id: "zoomOut", scope: "editor", keys: ["-"], text: "further", repeat: true },
  { id: "fit", scope: "editor", keys: ["z"], text: "the whole picture, or its own size" },
  { id: "hand", scope: "editor", keys: ["h"], text: "while it is down, the pointer moves the picture", repeat: true },
  { id: "shapesOff", scope: "editor", keys: ["o"], text: "shapes on or off" },
  { id: "unchoose", scope: "editor", keys: ["Escape"], text: "choose nothing; put the tool down" },
  { id: "undoStep", scope: "editor", keys: ["Backspace", "Ctrl+Z"], text: "undo the last step in this picture" },
  { id: "redoStep", scope: "editor", keys: ["Ctrl+Shift+Z"], text: "take that step again" },
  { id: "flag", scope: "decide", keys: ["f"], text: "flag, to be looked at again" },
  { id: "unflag", scope: "decide", keys: ["Shift+F"], text: "take the flag away" },
  { id: "note", scope: "decide", keys: ["n"], text: "say something about the picture" },
  { id: "why", scope: "decide", keys: ["w"], text: "why it is asked about, and where its label comes from" },
  { id: "move", scope: "grid", keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], text: "move the focus", repeat: true },
  { id: "move", scope: "grid", keys: ["Home", "End", "PageUp", "PageDown"], text: "first, last, a page up or down", repeat: true },
  {
    id: "extend", scope: "grid", repeat: true, text: "choose from where one began to here",
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"].map((key) => `Shift+${key}`),
  },
  { id: "choose", scope: "grid", keys: [" "], text: "choose the focused picture, or choose it no more" },
  { id: "all", scope: "grid", keys: ["Ctrl+A"], text: "choose everything that matches" },
  { id: "open", scope: "grid", keys: ["Enter"], text: "open the focused picture" },
  { id: "similar", scope: "grid", keys: ["s"], text: "pictures that look like the focused one" },
  { id: "larger", scope: "grid", keys: ["+", "="], text: "larger tiles" },
  { id: "smaller", scope: "grid", keys: ["-"], text: "smaller tiles" },
  { id: "again", scope: "grid", keys: ["r"], text: "match again, after decisions" },
  { id: "panel", scope: "grid", keys: ["["], text: "fold the filters" },
  { id: "clear", scope: "grid", keys: ["Escape"], text: "choose none" },
  { id: "next", scope: "image", keys: ["j"], text: "next picture of the list", repeat: true },
  { id: "before", scope: "image", keys: ["k"], text: "the one before it", repeat: true },
  { id: "closer", scope: "image", keys: ["+", "="], text: "closer; so does the wheel", repeat: true },
  { id: "farther", scope: "image", keys: ["-"], text: "farther away", repeat: true },
  { id: "fit", scope: "image", keys: ["z"], text: "the whole picture, or its own size" },
  { id: "leave", scope: "image", keys: ["Escape"], text: "back to where one came from" },
  { id: "skip", scope: "review", keys: [" "], text: "skip" },
  { id: "previous", scope: "review", keys: ["ArrowLeft"], text: "look at the previous one" },
  { id: "back", scope: "previous", keys: ["ArrowRight", "Escape"], text: "back to the open one" },
  { id: "side", scope: "conflict", keys: ["1", "2", "3"], text: "take the base, this branch, the merged one" },
  { id: "forAll", scope: "conflict", keys: ["a"], text: "the next choice counts for all about this class; A again: only for this one" },
  { id: "nextConflict", scope: "conflict", keys: [" ", "ArrowRight"], text: "look at it later" },
  { id: "previousConflict", scope: "conflict", keys: ["ArrowLeft"], text: "the one before" },
  { id: "notAll", scope: "conflict", keys: ["Escape"], text: "only this one" },
  { id: "moveVersion", scope: "versions", keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], text: "move in the log, and from it to the pictures", repeat: true },
  { id: "compareFrom", scope: "versions", keys: ["f"], text: "compare from the focused version; Enter chooses the other" },
  { id: "swap", scope: "versions", keys: ["s"], text: "swap before and after" },
  { id: "message", scope: "versions", keys: ["c"], text: "write the message of a version; Enter commits" },
  { id: "settle", scope: "versions", keys: ["m"], text: "settle the conflicts of the merge" },
  { id: "restoreBefore", scope: "versions", keys: ["r"], text: "give the picture its labels of before" },
  { id: "restoreVersion", scope: "versions", keys: ["Shift+R"], text: "bring the labels of the version back, as a new version" },
  { id: "why", scope: "versions", keys: ["w"], text: "where the label of the picture comes from" },
  { id: "openGrid", scope: "versions", keys: ["o"], text: "open the pictures that differ in Grid" },
  { id: "page", scope: "versions", keys: ["PageDown", "PageUp"], text: "next pictures, or those before" },
  { id: "clear", scope: "versions", keys: ["Escape"], text: "drop the class, or the start of the comparison" },
  { id: "keep", scope: "copies", keys: ["a"], text: "keep the one proposed, take the others out" },
  { id: "keepOther", scope: "copies", keys: [..."123456789"], text: "keep this one instead" },
  { id: "keepAll", scope: "copies", keys: ["Shift+A"], text: "the same for all groups" },
  { id: "nextGroup", scope: "copies", keys: [" "], text: "keep all of the group" },
  { id: "moveIssue", scope: "issues", keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], text: "move among kinds and pictures", repeat: true },
  { id: "out", scope: "issues", keys: ["x"], text: "take the picture out of the data set, or back in" },
  { id: "zoomIssue", scope: "issues", keys: ["Enter"], text: "look closer" },
  { id: "openGrid", scope: "issues", keys: ["o"], text: "open the pictures of this kind in Grid" },
  { id: "pageIssue", scope: "issues", keys: ["PageDown", "PageUp"], text: "next pictures, or those before" },
  { id: "undo", scope: "everywhere", keys: ["Backspace", "Ctrl+Z"], text: "undo what you did last, in whatever view" },
  { id: "redo", scope: "everywhere", keys: ["Ctrl+Shift+Z"], text: "do again what was undone" },
  { id: "search", scope: "everywhere", keys: ["/"], text: "search for a class, or a part of a path" },
  { id: "keys", scope: "everywhere", keys: ["?"], text: "these keys" },
  { id: "goReview", scope: "everywhere", keys: ["g r"], text: "go to Review" },
  { id: "goGrid", scope: "everywhere", keys: ["g g"], text: "go to Grid" },
  { id: "goMap", scope: "everywhere", keys: ["g m"], text: "go to Map" },
  { id: "goIssues", scope: "everywhere", keys: ["g i"], text: "go to Issues" },
  { id: "goModels", scope: "everywhere", keys: ["g o"], text: "go to Models" },
  { id: "goProgress", scope: "everywhere", keys: ["g p"], text: "go to Progress" },
  { id: "goVersions", scope: "everywhere", keys: ["g v"], text: "go to Versions" },
  { id: "commands", scope: "everywhere", keys: ["Ctrl+K"], text: "find a command and run it" },
  { id: "fold", scope: "everywhere", keys: ["]"], text: "fold the right panel" },
  { id: "theme", scope: "everywhere", keys: ["t"], text: "light or dark" },
];

export const titles = {
  cluster: "Group", editor: "Picture and shapes", decide: "Decide", review: "Review", previous: "Previous one", conflict: "Conflict", versions: "Versions",
  copies: "Copies", issues: "Issues", grid: "Grid", image: "Image", everywhere: "Everywhere",
};
// The nearer scope wins: on a group an arrow moves the focus, on one picture it looks back.
/** @type {Scope[]} */
export const order = ["previous", "cluster", "editor", "grid", "image", "decide", "review", "conflict", "versions", "copies", "issues", "everywhere"];

/** @typedef {Record<string, (event: KeyboardEvent) => boolean | void>} Actions */

/** @type {Map<Scope, Actions>} */
export const bound = new Map();
let prefix = "";
/** @type {number | undefined} */
let prefixTimer;

/** The name of an action among a reviewer's keys. @param {Key} key */
export const actionName = (key) => `${key.scope}.${key.id}`;

/** A key that a dictated or mistyped word would press: one visible character, alone or first of two. @param {string} name */
const isCharacter = (name) => /^(Shift\+)?[^ ]$|^[^ ] ./u.test(name);

/** The keys of an action as the reviewer has them. @param {Key} key */
export function keysOf(key) {
  const { keymap, letters } = settings.value;
  const names = keymap?.[actionName(key)] ?? key.keys;
  return letters === false ? names.filter((name) => !isCharacter(name)) : names;
}

/** Where a key of the table is now, for what shows it. @param {string} name as it is printed */
called.key = (name) => {
  const awake = order.filter((scope) => bound.has(scope));
  for (const scope of [...awake, ...order]) {
    const key = table.find((key) => key.scope === scope && key.keys.some((own) => printed(own) === name));
    if (key && settings.value.keymap?.[actionName(key)]) return keysOf(key).map(printed)[0] ?? "";
    if (key) return name;
  }
  return name;
};

settings.addEventListener("change", () => {
  for (const node of document.querySelectorAll("kbd[data-key]")) {
    node.textContent = called.key(node.getAttribute("data-key") ?? "");
  }
});

/** Says what the keys of a scope do now; without actions the scope sleeps. @param {Scope} scope @param {Actions} [actions] */
export function bind(scope, actions) {
  if (actions) bound.set(scope, actions);
  else bound.delete(scope);
}

/** Lets scopes sleep. @param {...Scope} scopes */
export const release = (...scopes) => scopes.forEach((scope) => bound.delete(scope));

/** How the table calls what was pressed. @param {KeyboardEvent} event */
export function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${event.shiftKey ? "Shift+" : ""}${key.toUpperCase()}`;
  if (event.shiftKey && /^[a-z]$/.test(key)) return `Shift+${key.toUpperCase()}`;
  if (event.shiftKey && /^(Arrow|Home|End|Page)/.test(key)) return `Shift+${key}`;
  if (event.altKey) return `Alt+${key}`;
  return key;
}

/** @param {KeyboardEvent} event */
function pressesElement(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input, textarea, select, [contenteditable]")) return true;
  return (event.key === "Enter" || event.key === " ") && target.closest("button, a, summary") !== null;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.isComposing || pressesElement(event)) return;
  if (document.querySelector("dialog[open]")) return;
  const name = prefix + nameOf(event);
  prefix = "";
  for (const scope of order) {
    const actions = bound.get(scope);
    const key = table.find((key) => key.scope === scope && keysOf(key).includes(name));
    const run = key && actions?.[key.id];
    if (!key || !run) continue;
    if (event.repeat && !key.repeat) return event.preventDefault();
    if (run(event) === false) continue;
    return event.preventDefault();
  }
  if (name === "g") {
    prefix = "g ";
    clearTimeout(prefixTimer);
    prefixTimer = setTimeout(() => { prefix = ""; }, 1500);
  }
}

/** Starts listening. */
export const listen = () => document.addEventListener("keydown", pressed);

/** A key as it is printed on the keyboard. @param {string} name */
export function printed(name) {
  const names = { " ": "Space", ArrowLeft: "\u2190", ArrowRight: "\u2192", ArrowUp: "\u2191", ArrowDown: "\u2193" };
  const held = name.match(/^(Shift|Alt)\+(Arrow.*)$/);
  if (held) return `${held[1]}+${printed(held[2])}`;
  return /** @type {Record<string, string>} */ (names)[name]
    ?? name.split(" ").map((part) => (part.length === 1 ? part.toUpperCase() : part)).join(" then ");
}

/**
 * A dialog that Esc closes and that gives the focus back.
 * @param {string} title @param {...Node} content
 */
export function openDialog(title, ...content) {
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-label": title },
    h("div", { class: "dialoghead" }, h("h2", {}, title), button("Esc", "close", () => dialog.close())),
    ...content));
  // The browser gives the focus back as it closes; what is focused after that keeps it.
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
