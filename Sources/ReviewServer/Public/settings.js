// What the reviewer has chosen: theme, keys, widths of panels. Kept at the server, so that it is the same in
// every browser; the theme here, too, so that the first moment is not in the wrong one.

import { get, put } from "./api.js";

/**
 * @typedef {{theme?: "light" | "dark", keymap?: Record<string, string[]>, letters?: boolean,
 *   panels?: Record<string, number>, [other: string]: unknown}} Settings
 */

/** Dispatches `change` when something was chosen, here or by what the server kept. */
export const settings = new (class extends EventTarget {
  /** @type {Settings} */
  value = {};
  /** @type {number | undefined} */
  #timer;

  /** Reads what the server keeps. */
  async load() {
    this.value = await get("me/settings");
    this.dispatchEvent(new Event("change"));
  }

  /** Changes some; what is `undefined` goes. @param {Settings} changes */
  choose(changes) {
    this.value = JSON.parse(JSON.stringify({ ...this.value, ...changes }));
    this.dispatchEvent(new Event("change"));
    clearTimeout(this.#timer);
    // A panel that is dragged changes many times. What cannot be kept holds in this tab.
    this.#timer = setTimeout(() => put("me/settings", this.value).catch(() => {}), 300);
  }
})();
