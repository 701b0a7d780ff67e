// Addresses to views and back: `#/review`, `#/progress`.

/** @typedef {{show: () => void, hide?: () => void}} View */

/**
 * Shows the view of the address, now and whenever it changes.
 * @param {Record<string, View>} views the first is the one to start with
 */
export function route(views) {
  const first = Object.keys(views)[0];
  let open = "";
  const follow = () => {
    const match = /^#\/([a-z]+)/.exec(location.hash);
    // Another anchor, as of the skip link, is a place in this view.
    if (!match && open) return;
    const name = match && views[match[1]] ? match[1] : first;
    if (name === open) return;
    views[open]?.hide?.();
    open = name;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.getAttribute("data-view") === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    views[name].show();
  };
  addEventListener("hashchange", follow);
  follow();
}

/** @param {string} name */
export function go(name) { location.hash = `#/${name}`; }
