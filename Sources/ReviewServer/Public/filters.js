// What can be filtered by, with how many pictures each value has; and the conditions as chips.

import { button, count, dot, h, mark } from "./dom.js";
import { Histogram } from "./histogram.js";
import { categoryNamed, store } from "./store.js";
import { conditionOn, fieldName, phrase, withCondition } from "./view.js";

// More values than these are shown on request.
const fewest = 12;
const first = ["class", "state", "score"];

/**
 * @typedef {import("./view.js").Condition} Condition
 * @typedef {{id: string | number, name?: string, all: number, filtered: number}} Value
 * @typedef {{field: string, bins?: import("./histogram.js").Bin[], values?: Value[]}} Facet
 */

/** The panel of filters. Dispatches `filter` with the new conditions, `open` when a section is opened. */
export class FilterPanel extends EventTarget {
  /** @type {Condition[]} */
  #filter = [];
  /** @type {Map<string, {node: HTMLDetailsElement, body: HTMLElement, histogram: Histogram | null, isWhole: boolean}>} */
  #sections = new Map();
  /** @type {Map<string, Facet>} */
  #facets = new Map();

  constructor() {
    super();
    this.node = h("section", { class: "filters", "aria-label": "Filters" });
    const fields = store.fields.filter(({ name, kind, min, max }) => name !== "id" && (kind !== "number" || min === undefined || min !== max));
    const rank = (/** @type {{name: string}} */ { name }) => (first.indexOf(name) + first.length + 1) % (first.length + 1);
    for (const field of [...fields].sort((a, b) => rank(a) - rank(b))) this.#add(field);
  }

  /** The fields whose numbers are looked at. */
  get open() {
    return [...this.#sections].filter(([name, { node }]) => node.open && name !== "path").map(([name]) => name);
  }

  /** @param {import("./view.js").Field} field */
  #add(field) {
    const body = h("div", { class: "values" });
    const node = /** @type {HTMLDetailsElement} */ (h("details", { open: first.includes(field.name) },
      h("summary", {}, fieldName(field.name)), field.kind === "text" ? this.#search(field.name) : null, body));
    node.addEventListener("toggle", () => { if (node.open) this.dispatchEvent(new Event("open")); });
    const histogram = field.kind !== "number" ? null : new Histogram(field, (from, to) =>
      this.#put(field.name, from === undefined && to === undefined ? null : { field: field.name, from, to }));
    if (histogram) body.append(histogram.node);
    this.#sections.set(field.name, { node, body, histogram, isWhole: false });
    this.node.append(node);
  }

  /** @param {string} field */
  #search(field) {
    const input = /** @type {HTMLInputElement} */ (h("input", {
      type: "search", "aria-label": `${fieldName(field)} has`, placeholder: "has \u2026", autocomplete: "off", spellcheck: "false",
    }));
    input.addEventListener("change", () => {
      const contains = input.value.trim();
      this.#put(field, contains ? { field, contains } : null);
    });
    return input;
  }

  /** @param {string} field @param {Condition | null} condition */
  #put(field, condition) {
    this.dispatchEvent(new CustomEvent("filter", { detail: withCondition(this.#filter, field, condition) }));
  }

  /** @param {Condition[]} filter */
  show(filter) {
    this.#filter = filter;
    for (const [name, { node }] of this.#sections) {
      const condition = conditionOn(filter, name);
      if (condition) node.open = true;
      const input = node.querySelector("input");
      if (input && document.activeElement !== input) input.value = condition?.contains ?? "";
    }
    for (const facet of this.#facets.values()) this.#paint(facet);
  }

  /** @param {Facet[]} facets */
  update(facets) {
    for (const facet of facets) {
      this.#facets.set(facet.field, facet);
      this.#paint(facet);
    }
  }

  /** @param {Facet} facet */
  #paint({ field, bins, values }) {
    const section = this.#sections.get(field);
    if (bins) section?.histogram?.update(bins, conditionOn(this.#filter, field));
    if (values && section) this.#paintValues(field, values, section);
  }

  /** @param {string} field @param {Value[]} values @param {{body: HTMLElement, isWhole: boolean}} section */
  #paintValues(field, values, section) {
    const focused = section.body.contains(document.activeElement)
      ? /** @type {HTMLElement} */ (document.activeElement).dataset.value : undefined;
    const condition = conditionOn(this.#filter, field);
    const most = Math.max(1, ...values.map(({ all }) => all));
    const used = values.filter(({ all }) => all > 0);
    const shown = section.isWhole ? used : used.slice(0, fewest);
    const more = used.length > shown.length ? h("button", {
      type: "button", class: "more", onclick: () => {
        section.isWhole = true;
        this.#paintValues(field, values, section);
      },
    }, `all ${count(used.length)}`) : null;
    section.body.replaceChildren(...shown.map((value) => this.#value(field, value, most, condition)), ...(more ? [more] : []));
    if (focused !== undefined) {
      /** @type {HTMLElement | null} */ (section.body.querySelector(`[data-value="${CSS.escape(focused)}"]`))?.focus();
    }
  }

  /** @param {string} field @param {Value} value @param {number} most @param {Condition | undefined} condition */
  #value(field, { id, name, all, filtered }, most, condition) {
    // Conditions name a class; null stands for none.
    const value = isClass(field) ? name ?? null : id;
    const word = String(value ?? "none");
    const isOn = condition?.is?.includes(value) ?? false;
    const isOff = condition?.not?.includes(value) ?? false;
    const bars = ["all", "filtered"].map((which) => h("i", { class: `bar-${which}` }));
    [all, filtered].forEach((number, index) => { bars[index].style.width = `${(100 * number) / most}%`; });
    return h("button", {
      type: "button", class: `value${isOff ? " off" : ""}`, "aria-pressed": String(isOn), "data-value": word,
      title: `${word}: ${isOff ? "left out; " : ""}click for only these, Alt and click for all but these`,
      "aria-label": `${word}${isOff ? ", left out" : ""}, ${count(filtered)} of ${count(all)}`,
      onclick: (/** @type {MouseEvent} */ event) => this.#toggle(field, value, event.altKey),
    }, isClass(field) ? dot(categoryNamed(word)) : field === "state" ? mark(word) : null,
      h("span", { class: "label" }, field === "folder" ? word.split("/").slice(-2).join("/") : word),
      h("span", { class: "numbers" }, h("b", {}, count(filtered)), h("span", { class: "muted" }, ` / ${count(all)}`)), ...bars);
  }

  /** @param {string} field @param {string | number | null} value @param {boolean} isOut */
  #toggle(field, value, isOut) {
    const old = conditionOn(this.#filter, field) ?? { field };
    const [part, other] = isOut ? /** @type {const} */ (["not", "is"]) : /** @type {const} */ (["is", "not"]);
    const list = old[part] ?? [];
    const kept = list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
    const rest = old[other]?.filter((one) => one !== value) ?? [];
    /** @type {Condition} */
    const condition = { field };
    if (kept.length > 0) condition[part] = kept;
    if (rest.length > 0) condition[other] = rest;
    this.#put(field, condition.is || condition.not ? condition : null);
  }
}

/** @param {string} field */
const isClass = (field) => field === "class" || field === "label";

/**
 * The conditions as chips: a click, or Backspace on one, takes it away.
 * @param {{text: string, remove: () => void}[]} chips
 */
export function chipRow(chips) {
  return h("ul", { class: "chips", "aria-label": "Conditions" }, ...chips.map(({ text, remove }) => {
    const node = h("button", { type: "button", class: "condition", "aria-label": `${text}; remove`, onclick: remove },
      text, h("span", { "aria-hidden": "true" }, "\u00d7"));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Backspace" && event.key !== "Delete") return;
      event.preventDefault();
      event.stopPropagation();
      remove();
    });
    return h("li", {}, node);
  }));
}

/**
 * What to see when nothing matches: each condition, and what there would be without it.
 * @param {Condition[]} filter @param {(filter: Condition[]) => Promise<number>} ask @param {(filter: Condition[]) => void} choose
 */
export function nothingMatches(filter, ask, choose) {
  const rows = filter.map((condition, index) => {
    const rest = filter.filter((_, other) => other !== index);
    const number = h("span", { class: "numbers" }, "\u2026");
    ask(rest).then((found) => { number.textContent = `${count(found)} without it`; }, () => { number.textContent = ""; });
    return h("li", {}, h("button", { type: "button", onclick: () => choose(rest) }, "drop ", h("b", {}, phrase(condition))), number);
  });
  return h("div", { class: "note nothing" }, h("h2", {}, "Nothing matches"),
    filter.length === 0 ? h("p", {}, "There is no picture here.") : h("p", {}, "No picture meets all conditions at once."),
    h("ul", {}, ...rows),
    filter.length > 1 ? h("p", {}, button("\u21b5", "drop all conditions", () => choose([]))) : null);
}
