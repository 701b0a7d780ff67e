// What is chosen, and what one key does to it.

import { button, count, dot, h, mark, pictures } from "./dom.js";
import { classList, section } from "./lists.js";
import { categoryOfId, ofClasses, store } from "./store.js";

/**
 * @typedef {{classes: Map<number, number>, states: Map<string, number>, counted: number}} Mix
 * @typedef {{accept: () => void, reject: () => void, flag: () => void, label: (name: string) => void, picker: () => void,
 *   open: () => void, why: () => void, similar: () => void, clear: () => boolean | void}} Acts
 */

/** @param {Map<any, number>} numbers @param {(key: any) => (Node | string)[]} describe */
const tally = (numbers, describe) => h("ul", { class: "tally" }, ...[...numbers].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([key, number]) =>
  h("li", {}, h("span", {}, ...describe(key)), h("span", { class: "numbers" }, count(number)))));

/** @param {number} size @param {Acts} acts */
export function choicePanel(size, acts) {
  const mixed = h("div", { class: "mixed", "aria-live": "off" });
  const node = h("div", { class: "choice" },
    h("section", {}, h("h2", { class: "numbers" }, `${count(size)} chosen`),
      h("div", { class: "acts", role: "group", "aria-label": "Decide" },
        button("A", `accept ${count(size)} as proposed`, acts.accept, "primary"),
        button("X", `reject ${count(size)}`, acts.reject),
        store.capabilities.includes("flag") ? button("F", `flag ${count(size)}`, acts.flag) : null)),
    ofClasses() ? section(`Set ${pictures(size)} to`, classList(store.classes, acts.label), button("C", "search, or a new class", acts.picker)) : null,
    mixed,
    h("section", { class: "acts" },
      button("\u21b5", "open the focused one", acts.open),
      button("W", "why it is what it is", acts.why),
      store.capabilities.includes("similar") ? button("S", "similar to it", acts.similar) : null,
      button("Esc", "choose none", () => void acts.clear())));
  return { node, mixed };
}

/** @param {HTMLElement} place @param {Mix} mix @param {number} size */
export function paintMix(place, { classes, states, counted }, size) {
  const part = counted < size ? ` (of the first ${count(counted)})` : "";
  place.replaceChildren(
    section(`${classes.size > 1 ? "Mixed: classes" : "Class"}${part}`, tally(classes, (id) => {
      const category = categoryOfId(id);
      return [dot(category), category?.name ?? "no class"];
    })),
    section(`${states.size > 1 ? "Mixed: states" : "State"}${part}`, tally(states, (state) => [mark(state), state === "none" ? "no label" : state])));
}
