// The places of views whose stages are still to come.

import { button, byId, h } from "./dom.js";
import { go } from "./router.js";

/**
 * A view that says what it will show, and where the same is found meanwhile.
 * @param {string} title @param {string} will @param {string} meanwhile
 */
export function laterView(title, will, meanwhile) {
  return {
    show() {
      const heading = h("h1", { tabindex: "-1" }, title);
      byId("main").replaceChildren(h("div", { class: "screen note" }, heading,
        h("p", {}, will), h("p", {}, meanwhile),
        h("p", {}, button("G R", "back to Review", () => go("review"), "primary"))));
      byId("detail").replaceChildren();
      heading.focus();
    },
  };
}
