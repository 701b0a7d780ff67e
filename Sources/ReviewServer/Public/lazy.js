// Views whose modules are loaded when they are first looked at: who only reviews never waits for them.

import { byId, h } from "./dom.js";

/** @typedef {import("./router.js").Place} Place @typedef {import("./router.js").View} View */

/**
 * A view that is loaded when it is first shown; `made` is the view itself, once it is there.
 * @template {View} V
 * @param {() => Promise<V>} load
 */
export function lazy(load) {
  /** @type {Promise<V> | null} */
  let coming = null;
  /** What is to be shown; null while another view is. @type {Place | null} */
  let wanted = null;
  const view = {
    /** @type {V | null} */
    made: null,
    /** The view, loaded now where it was not. */
    ready() {
      coming ??= load().then((made) => (view.made = made));
      coming.catch(() => { coming = null; });
      return coming;
    },
    /** @param {Place} place */
    show(place) {
      wanted = place;
      if (view.made) return view.made.show(place);
      byId("detail").replaceChildren();
      byId("main").replaceChildren(h("div", { class: "screen note", "aria-busy": "true" }, h("h1", { tabindex: "-1" }, "...")));
      view.ready().then((made) => wanted && made.show(wanted), () => {
        if (!wanted) return;
        byId("main").replaceChildren(h("div", { class: "screen note" },
          h("h1", { tabindex: "-1" }, "This view could not be loaded"),
          h("p", {}, "The server does not answer. Open the view again once it does.")));
      });
    },
    /** @param {Place} place */
    update(place) {
      wanted = place;
      view.made?.update?.(place);
    },
    hide() {
      wanted = null;
      view.made?.hide?.();
    },
  };
  return view;
}
