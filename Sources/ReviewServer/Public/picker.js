// The class picker: type to search, arrows, Enter; a name that is new makes a class.

import { dot, h, kbd, say } from "./dom.js";
import { searchList } from "./searchlist.js";
import { categoryNamed, store } from "./store.js";

/** Chooses the class of a key, by class order. @param {string} key @param {(name: string) => void} choose */
export function pickByKey(key, choose) {
  const category = store.classes.find((category) => category.key === key);
  if (category) choose(category.name);
  else say(`No class has the key ${key}`);
}

/** Asks for a class; calls `choose` with its name. @param {(name: string) => void} choose */
export function pickCategory(choose) {
  searchList({
    id: "classes", title: "Class", name: "Class", placeholder: "Type a class",
    search: (text) => {
      const wanted = text.toLowerCase();
      const found = store.classes.filter(({ name }) => name.toLowerCase().includes(wanted));
      found.sort((a, b) => Number(b.name.toLowerCase().startsWith(wanted)) - Number(a.name.toLowerCase().startsWith(wanted)));
      const offers = found.map(({ name }) => ({ name, isNew: false }));
      if (text && !categoryNamed(text)) offers.push({ name: text, isNew: true });
      return offers;
    },
    draw: ({ name, isNew }) => {
      const category = categoryNamed(name);
      return [dot(category), isNew ? `new class "${name}"` : name,
        category?.description ? h("small", { class: "muted" }, category.description) : null,
        category?.key ? kbd(category.key) : null];
    },
    hint: ({ name }) => categoryNamed(name)?.guideline ?? "",
    choose: ({ name }) => choose(name),
  });
}
