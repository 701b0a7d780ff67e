// The dialog of all keys, in which they can be put elsewhere, and the list of all commands.

import { alarm, h, say } from "./dom.js";
import { actionName, bound, keysOf, nameOf, openDialog, order, printed, table, titles } from "./keys.js";
import { searchList } from "./searchlist.js";
import { settings } from "./settings.js";

/** @typedef {import("./keys.js").Key} Key @typedef {import("./keys.js").Scope} Scope */

// Where a row has many keys, which one was pressed means something: such keys stay where they are.
const most = 2;
const fixed = new Set(["Tab", "Shift", "Control", "Alt", "Meta", "Dead", "Unidentified", "CapsLock"]);

/** The scopes of this view first, then all others. */
const scopes = () => [...order].sort((a, b) => Number(bound.has(b)) - Number(bound.has(a)));

/** @param {string} placeholder */
const findBox = (placeholder) => /** @type {HTMLInputElement} */ (h("input", {
  type: "search", placeholder, "aria-label": placeholder, autocomplete: "off",
}));

/** The keys of this view first, then all others; a box to find one. */
export function showKeys() {
  const list = h("div", { class: "keylist" });
  const filter = findBox("Find a key");
  const fill = () => {
    const wanted = filter.value.trim().toLowerCase();
    list.replaceChildren(...scopes().flatMap((scope) => {
      const rows = table.filter((key) => key.scope === scope
        && `${key.text} ${keysOf(key).map(printed).join(" ")}`.toLowerCase().includes(wanted));
      return rows.length === 0 ? [] : [section(scope, rows, fill)];
    }));
  };
  filter.addEventListener("input", fill);
  fill();
  openDialog("Keys", filter, letters(fill), list);
}

/** @param {() => void} fill */
function letters(fill) {
  const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  box.checked = settings.value.letters !== false;
  box.addEventListener("change", () => {
    settings.choose({ letters: box.checked ? undefined : false });
    fill();
  });
  return h("p", { class: "keychoices" }, h("label", {}, box, " Letters, digits and signs act as keys"),
    h("button", {
      type: "button", class: "quiet", onclick: () => {
        settings.choose({ keymap: undefined, letters: undefined });
        box.checked = true;
        fill();
        say("All keys are as they were.");
      },
    }, "all keys as they were"));
}

/** @param {Scope} scope @param {Key[]} rows @param {() => void} fill */
function section(scope, rows, fill) {
  return h("section", {}, h("h3", {}, titles[scope]), h("dl", {}, ...rows.flatMap((key) => {
    const all = keysOf(key);
    const names = (all.length > 4 ? [all[0], all[all.length - 1]] : all).map(printed);
    const shown = names.flatMap((name, index) => {
      const node = h("kbd", {}, name);
      return index === 0 ? [node] : [all.length > 4 ? "\u2013" : " ", node];
    });
    return [h("dt", {}, ...(shown.length > 0 ? shown : ["\u2013"])), h("dd", {}, key.text, ...changing(key, fill))];
  })));
}

/** @param {Key} key @param {() => void} fill */
function changing(key, fill) {
  if (key.keys.length > most) return [];
  const isMoved = settings.value.keymap?.[actionName(key)] !== undefined;
  const change = h("button", { type: "button", class: "quiet", "aria-label": `Another key to ${key.text}` }, "change");
  change.addEventListener("click", () => ask(change, key, fill));
  const back = h("button", { type: "button", class: "quiet", "aria-label": `The first key to ${key.text}` }, "reset");
  back.addEventListener("click", () => keep(key, undefined, fill));
  return isMoved ? [" ", change, " ", back] : [" ", change];
}

/** Takes the next key that is pressed. @param {HTMLElement} place @param {Key} key @param {() => void} fill */
function ask(place, key, fill) {
  place.textContent = "press a key, Esc leaves it";
  const take = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Tab" && fixed.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    place.removeEventListener("keydown", take);
    place.removeEventListener("blur", fill);
    if (event.key === "Escape") return fill();
    const name = nameOf(event);
    const why = refusal(key, name);
    if (!why) return keep(key, [name], fill);
    place.textContent = why;
    alarm(why);
    place.addEventListener("blur", fill, { once: true });
  };
  place.addEventListener("keydown", take);
  place.addEventListener("blur", fill, { once: true });
}

/** Why an action cannot have a key; empty when it can. @param {Key} key @param {string} name */
function refusal(key, name) {
  if (fixed.has(name)) return `${name} has a meaning everywhere.`;
  if (name === "g") return "G begins the keys that go to a view.";
  const other = table.find((other) => other.scope === key.scope && other !== key && keysOf(other).includes(name));
  return other ? `${printed(name)} is taken: ${other.text}.` : "";
}

/** @param {Key} key @param {string[] | undefined} names @param {() => void} fill */
function keep(key, names, fill) {
  const keymap = { ...settings.value.keymap, [actionName(key)]: names };
  settings.choose({ keymap: /** @type {Record<string, string[]>} */ (keymap) });
  fill();
  say(`${keysOf(key).map(printed).join(", ")}: ${key.text}`);
}

/** What can be done now, by name: type to find, arrows, Enter. */
export function showCommands() {
  const all = scopes().flatMap((scope) => table.filter((key) =>
    key.scope === scope && key.keys.length <= most && key.id !== "commands" && bound.get(scope)?.[key.id]));
  searchList({
    id: "commands", title: "Commands", name: "Find a command", placeholder: "Find a command",
    search: (text) => {
      const words = text.toLowerCase().split(/\s+/);
      return all.filter((key) => words.every((word) => `${key.text} ${titles[key.scope]}`.toLowerCase().includes(word)));
    },
    draw: (key) => [key.text, h("small", { class: "muted" }, titles[key.scope]),
      ...keysOf(key).slice(0, 1).map((name) => h("kbd", {}, printed(name)))],
    choose: (key) => void bound.get(key.scope)?.[key.id]?.(new KeyboardEvent("keydown")),
  });
}
