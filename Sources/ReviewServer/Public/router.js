// Addresses to views and back: `#/review`, `#/grid?q=...`, `#/image/17`.

/**
 * A place: the view, what stands behind it in the path, and its query.
 * @typedef {{view: string, path: string[], query: URLSearchParams}} Place
 * @typedef {{show: (place: Place) => void, update?: (place: Place) => void, hide?: () => void}} View
 */

/** Whether the address was changed and the view has not been told yet. */
let isGoing = false;

/** @returns {Place | null} null when the address names no place */
function placeOfAddress() {
  const match = /^#\/([a-z]+)((?:\/[^?]*)?)(?:\?(.*))?$/.exec(location.hash);
  if (!match) return null;
  const path = match[2].split("/").filter((part) => part !== "");
  return { view: match[1], path, query: new URLSearchParams(match[3] ?? "") };
}

/** Whether the address is that of the queue, with which one starts. */
export const isReview = () => (placeOfAddress()?.view ?? "review") === "review";

/**
 * Shows the view of the address, now and whenever it changes. A view that is open already is told
 * of another place in it by `update`.
 * @param {Record<string, View>} views the first is the one to start with
 */
export function route(views) {
  const first = Object.keys(views)[0];
  let open = "";
  const follow = () => {
    isGoing = false;
    const place = placeOfAddress();
    // Another anchor, as of the skip link, is a place in this view.
    if (!place && open) return;
    const known = place && views[place.view] ? place
      : { view: first, path: [], query: new URLSearchParams() };
    if (known.view === open) return views[open].update?.(known);
    views[open]?.hide?.();
    open = known.view;
    let name = "Image";
    for (const link of document.querySelectorAll("nav a")) {
      const isOpen = link.getAttribute("data-view") === open;
      if (isOpen) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (isOpen) name = link.textContent?.trim() ?? name;
    }
    document.title = `Winnow: ${name.toLowerCase()}`;
    document.body.dataset.view = open;
    scrollTo(0, 0);
    views[open].show(known);
  };
  addEventListener("hashchange", follow);
  follow();
}

/**
 * Goes to a place: `go("image/17")`, `go("grid", { q })`.
 * @param {string} path @param {Record<string, string>} [query]
 */
export function go(path, query = {}) {
  const before = location.href;
  const words = new URLSearchParams(query).toString();
  location.hash = words ? `#/${path}?${words}` : `#/${path}`;
  isGoing = location.href !== before;
}

/**
 * Writes where one is now into the address, without a step in the history and without a `hashchange`;
 * while one is on the way to another place that one stays.
 * @param {string} path @param {Record<string, string>} [query]
 */
export function stay(path, query = {}) {
  if (isGoing) return;
  const words = new URLSearchParams(query).toString();
  history.replaceState(null, "", words ? `#/${path}?${words}` : `#/${path}`);
}
