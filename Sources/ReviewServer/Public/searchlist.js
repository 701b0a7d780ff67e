// A dialog with a box to search and a list to choose from: arrows, Enter, click.

import { h } from "./dom.js";
import { openDialog } from "./keys.js";

/**
 * Asks for one of some offers.
 * @template Offer
 * @param {object} list
 * @param {string} list.id of the list, in the page
 * @param {string} list.title of the dialog
 * @param {string} list.name of the box, for those who do not see it
 * @param {string} list.placeholder
 * @param {(text: string) => Offer[]} list.search what is offered for a text, best first
 * @param {(offer: Offer) => (Node | string | null)[]} list.draw
 * @param {(offer: Offer) => string} [list.hint]
 * @param {(offer: Offer) => void} list.choose is called once the dialog is closed
 */
export function searchList({ id, title, name, placeholder, search, draw, hint, choose }) {
  let at = 0;
  /** @type {Offer[]} */
  let offers = [];
  const list = h("div", { role: "listbox", id, class: "picker", "aria-label": title });
  const input = /** @type {HTMLInputElement} */ (h("input", {
    role: "combobox", "aria-controls": id, "aria-expanded": "true", "aria-label": name,
    placeholder, autocomplete: "off", spellcheck: "false",
  }));
  const dialog = openDialog(title, input, list);

  const take = (/** @type {Offer} */ offer) => {
    dialog.close();
    choose(offer);
  };
  const paint = () => {
    list.replaceChildren(...offers.map((offer, index) => h("div", {
      role: "option", id: `${id}-${index}`, "aria-selected": String(index === at), onclick: () => take(offer),
      title: hint?.(offer) ?? "",
    }, ...draw(offer))));
    input.setAttribute("aria-activedescendant", offers.length > 0 ? `${id}-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const fill = () => {
    offers = search(input.value.trim());
    at = 0;
    paint();
  };
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && offers.length > 0) {
      event.preventDefault();
      at = (at + step + offers.length) % offers.length;
      paint();
    } else if (event.key === "Enter" && !event.isComposing && offers[at]) {
      event.preventDefault();
      take(offers[at]);
    }
  });
  fill();
  input.focus();
}
