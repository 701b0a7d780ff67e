// The class picker: type to search, arrows, Enter; a name that is new makes a class.

import { dot, h, kbd } from "./dom.js";
import { openDialog } from "./keys.js";
import { store } from "./store.js";

/** Asks for a class; calls `choose` with its name. @param {(name: string) => void} choose */
export function pickCategory(choose) {
  let at = 0;
  /** @type {{name: string, isNew: boolean}[]} */
  let offers = [];
  const list = h("div", { role: "listbox", id: "classes", class: "picker" });
  const input = /** @type {HTMLInputElement} */ (h("input", {
    role: "combobox", "aria-controls": "classes", "aria-expanded": "true", "aria-label": "Class",
    placeholder: "Type a class", autocomplete: "off", spellcheck: "false",
  }));
  const dialog = openDialog("Class", input, list);

  /** @param {string} name */
  const take = (name) => {
    dialog.close();
    choose(name);
  };
  const paint = () => {
    list.replaceChildren(...offers.map(({ name, isNew }, index) => {
      const category = store.classes.find((category) => category.name === name);
      return h("div", {
        role: "option", id: `class-${index}`, "aria-selected": String(index === at), onclick: () => take(name),
        title: category?.guideline ?? "",
      }, dot(category), isNew ? `new class "${name}"` : name,
      category?.description ? h("small", { class: "muted" }, category.description) : null,
      category?.key ? kbd(category.key) : null);
    }));
    input.setAttribute("aria-activedescendant", offers.length > 0 ? `class-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const text = input.value.trim();
    const wanted = text.toLowerCase();
    const found = store.classes.filter(({ name }) => name.toLowerCase().includes(wanted));
    found.sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)));
    offers = found.map(({ name }) => ({ name, isNew: false }));
    if (text && !store.classes.some(({ name }) => name === text)) offers.push({ name: text, isNew: true });
    at = 0;
    paint();
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && offers.length > 0) {
      event.preventDefault();
      at = (at + step + offers.length) % offers.length;
      paint();
    } else if (event.key === "Enter" && !event.isComposing && offers[at]) {
      event.preventDefault();
      take(offers[at].name);
    }
  });
  search();
  input.focus();
}
