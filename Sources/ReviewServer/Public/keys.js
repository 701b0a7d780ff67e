// One table of keys: what each does, where it counts, and the dialog that shows them.

import { button, h, kbd } from "./dom.js";

/**
 * @typedef {"everywhere" | "decide" | "review" | "cluster" | "editor" | "previous"} Scope
 * @typedef {{id: string, scope: Scope, keys: string[], text: string, repeat?: boolean}} Key
 */

/** @type {Key[]} */
const table = [
  { id: "accept", scope: "decide", keys: ["a"], text: "accept as named in the question" },
  { id: "reject", scope: "decide", keys: ["x"], text: "reject the proposal" },
  { id: "category", scope: "decide", keys: [..."1234567890"], text: "class by its order; a group is named, A then accepts it" },
  { id: "picker", scope: "decide", keys: ["c"], text: "choose or type a class" },
  { id: "move", scope: "cluster", keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], text: "move the focus", repeat: true },
  { id: "except", scope: "cluster", keys: ["e"], text: "take the focused picture out, or back in" },
  { id: "exceptRest", scope: "cluster", keys: ["Shift+E"], text: "take out from here to the end" },
  { id: "zoom", scope: "cluster", keys: ["Enter"], text: "zoom into the focused picture" },
  { id: "nextShape", scope: "editor", keys: [";"], text: "choose the next box", repeat: true },
  {
    id: "move", scope: "editor", repeat: true, text: "move the chosen box by 1 pixel; Shift by 10, Alt resizes it",
    keys: ["", "Shift+", "Alt+"].flatMap((held) => ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => held + key)),
  },
  { id: "drawShape", scope: "editor", keys: ["b"], text: "put a new box in the middle" },
  { id: "removeShape", scope: "editor", keys: ["Delete"], text: "take the chosen box away; X does, too" },
  { id: "unchoose", scope: "editor", keys: ["Escape"], text: "choose no box" },
  { id: "undoStep", scope: "editor", keys: ["Backspace", "Ctrl+Z"], text: "undo the last step in this picture" },
  { id: "skip", scope: "review", keys: [" "], text: "skip" },
  { id: "previous", scope: "review", keys: ["ArrowLeft"], text: "look at the previous one" },
  { id: "back", scope: "previous", keys: ["ArrowRight", "Escape"], text: "back to the open one" },
  { id: "undo", scope: "everywhere", keys: ["Backspace", "Ctrl+Z"], text: "undo the last decision" },
  { id: "keys", scope: "everywhere", keys: ["?"], text: "these keys" },
  { id: "goReview", scope: "everywhere", keys: ["g r"], text: "go to Review" },
  { id: "goGrid", scope: "everywhere", keys: ["g g"], text: "go to Grid" },
  { id: "goMap", scope: "everywhere", keys: ["g m"], text: "go to Map" },
  { id: "goIssues", scope: "everywhere", keys: ["g i"], text: "go to Issues" },
  { id: "goModels", scope: "everywhere", keys: ["g o"], text: "go to Models" },
  { id: "goProgress", scope: "everywhere", keys: ["g p"], text: "go to Progress" },
  { id: "goVersions", scope: "everywhere", keys: ["g v"], text: "go to Versions" },
  { id: "fold", scope: "everywhere", keys: ["]"], text: "fold the right panel" },
  { id: "theme", scope: "everywhere", keys: ["t"], text: "light or dark" },
];

const titles = {
  cluster: "Group", editor: "Boxes", decide: "Decide", review: "Review", previous: "Previous one", everywhere: "Everywhere",
};
// The nearer scope wins: on a group an arrow moves the focus, on one picture it looks back.
/** @type {Scope[]} */
const order = ["previous", "cluster", "editor", "decide", "review", "everywhere"];

/** @typedef {Record<string, (event: KeyboardEvent) => boolean | void>} Actions */

/** @type {Map<Scope, Actions>} */
const bound = new Map();
let prefix = "";

/** Says what the keys of a scope do now; without actions the scope sleeps. @param {Scope} scope @param {Actions} [actions] */
export function bind(scope, actions) {
  if (actions) bound.set(scope, actions);
  else bound.delete(scope);
}

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `Ctrl+${key.toUpperCase()}`;
  if (event.shiftKey && /^[a-z]$/.test(key)) return `Shift+${key.toUpperCase()}`;
  if (event.shiftKey && key.startsWith("Arrow")) return `Shift+${key}`;
  if (event.altKey) return `Alt+${key}`;
  return key;
}

/** @param {KeyboardEvent} event */
function pressesElement(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("input, textarea, select, [contenteditable]")) return true;
  return (event.key === "Enter" || event.key === " ") && target.closest("button, a") !== null;
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.isComposing || pressesElement(event)) return;
  if (document.querySelector("dialog[open]")) return;
  const name = prefix + nameOf(event);
  prefix = "";
  for (const scope of order) {
    const actions = bound.get(scope);
    const key = table.find((key) => key.scope === scope && key.keys.includes(name));
    const run = key && actions?.[key.id];
    if (!key || !run) continue;
    if (event.repeat && !key.repeat) return event.preventDefault();
    if (run(event) === false) continue;
    return event.preventDefault();
  }
  if (name === "g") {
    prefix = "g ";
    setTimeout(() => { prefix = ""; }, 1500);
  }
}

/** Starts listening. */
export const listen = () => document.addEventListener("keydown", pressed);

/** @param {string} name */
function printed(name) {
  const names = { " ": "Space", ArrowLeft: "\u2190", ArrowRight: "\u2192", ArrowUp: "\u2191", ArrowDown: "\u2193" };
  const held = name.match(/^(Shift|Alt)\+(Arrow.*)$/);
  if (held) return `${held[1]}+${printed(held[2])}`;
  return /** @type {Record<string, string>} */ (names)[name]
    ?? name.split(" ").map((part) => (part.length === 1 ? part.toUpperCase() : part)).join(" then ");
}

/** The keys of this view first, then all others; a box to find one. */
export function showKeys() {
  const list = h("div", { class: "keylist" });
  const filter = /** @type {HTMLInputElement} */ (h("input", {
    type: "search", placeholder: "Find a key", "aria-label": "Find a key", autocomplete: "off",
  }));
  const fill = () => {
    const wanted = filter.value.trim().toLowerCase();
    const scopes = [...order].sort((a, b) => Number(bound.has(b)) - Number(bound.has(a)));
    list.replaceChildren(...scopes.flatMap((scope) => {
      const rows = table.filter((key) => key.scope === scope
        && `${key.text} ${key.keys.map(printed).join(" ")}`.toLowerCase().includes(wanted));
      return rows.length === 0 ? [] : [section(scope, rows)];
    }));
  };
  filter.addEventListener("input", fill);
  fill();
  openDialog("Keys", filter, list);
}

/** @param {Scope} scope @param {Key[]} rows */
function section(scope, rows) {
  return h("section", {}, h("h3", {}, titles[scope]), h("dl", {}, ...rows.flatMap((key) => {
    const names = (key.keys.length > 4 ? [key.keys[0], key.keys[key.keys.length - 1]] : key.keys).map(printed);
    const shown = names.flatMap((name, index) =>
      (index === 0 ? [kbd(name)] : [key.keys.length > 4 ? "\u2013" : " ", kbd(name)]));
    return [h("dt", {}, ...shown), h("dd", {}, key.text)];
  })));
}

/**
 * A dialog that Esc closes and that gives the focus back.
 * @param {string} title @param {...Node} content
 */
export function openDialog(title, ...content) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-label": title },
    h("div", { class: "dialoghead" }, h("h2", {}, title), button("Esc", "close", () => dialog.close())),
    ...content));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
