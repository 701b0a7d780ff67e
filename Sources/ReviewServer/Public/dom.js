// Building the page: elements with text only, live regions, marks of classes.

/**
 * Makes an element. Children are nodes or text; text never becomes markup.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `class`, `on*` handlers, properties, attributes
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {any} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/**
 * Makes an element of a drawing.
 * @param {string} tag @param {Record<string, unknown>} [attributes] @param {...(Node | string)} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const controls = "button, select, input";

/** Paints a place anew; the focus stays with the control at the same place. @param {Element} place @param {...(Node | string)} nodes */
export function repaint(place, ...nodes) {
  const at = [...place.querySelectorAll(controls)].indexOf(/** @type {Element} */ (document.activeElement));
  place.replaceChildren(...nodes);
  if (at >= 0) /** @type {HTMLElement | undefined} */ ([...place.querySelectorAll(controls)][at])?.focus({ preventScroll: true });
}

/** Gives the focus to what is new by itself, unless somebody is typing. @param {HTMLElement} node */
export function attend(node) {
  if (!document.activeElement?.closest("input, textarea, select")) node.focus({ preventScroll: true });
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** How a key is called that the reviewer may have put elsewhere; `keys.js` knows. */
export const called = { /** @param {string} name */ key: (name) => name };

/** A key as it is printed on the keyboard. @param {string} name */
export const kbd = (name) => h("kbd", { "data-key": name }, called.key(name));

/**
 * A button that shows its key.
 * @param {string} key @param {string} text @param {() => void} run @param {string} [kind]
 */
export function button(key, text, run, kind = "") {
  return h("button", { type: "button", class: kind, onclick: run }, kbd(key), " ", text);
}

let politeAt = 0;
/** @type {number | undefined} */
let politeTimer;

/** Says something when the reader is free: at most one sentence a second, the last wins. @param {string} text */
export function say(text) {
  clearTimeout(politeTimer);
  politeTimer = setTimeout(() => {
    politeAt = performance.now();
    byId("polite").textContent = text;
  }, Math.max(0, politeAt + 1000 - performance.now()));
}

/** Says something at once. @param {string} text */
export function alarm(text) {
  byId("assertive").textContent = text;
}

/**
 * The mark of a class: a colour that is never alone.
 * @param {{id: number, name: string, key?: string | null, color?: string} | undefined} category
 */
export function dot(category) {
  const node = h("span", { "aria-hidden": "true" });
  paintDot(node, category);
  return node;
}

/** Gives a mark to another class. @param {HTMLElement} node @param {Parameters<typeof dot>[0]} category */
export function paintDot(node, category) {
  node.className = category ? `dot c${(category.id - 1) % 10} m${Math.floor((category.id - 1) / 10) % 5}` : "dot none";
  node.dataset.letter = category ? category.key ?? category.name.slice(0, 1) : "";
  node.style.backgroundColor = category?.color ?? "";
}

/** The mark of a state, which has a shape of its own. @param {string} state */
export const mark = (state) => h("i", { class: `statemark is-${state}`, "aria-hidden": "true" });

/** A share as `.93`. @param {number} share */
export const share = (share) => (share >= 0.995 ? "1.00" : share.toFixed(2).replace(/^0/, ""));

/** A whole number with its thousands apart. @param {number} number */
export const count = (number) => number.toLocaleString("en");

/** "1 picture", "24 pictures". @param {number} number */
export const pictures = (number) => `${count(number)} ${number === 1 ? "picture" : "pictures"}`;

/**
 * A picture that says in words when it cannot be shown.
 * @param {string} url @param {string} name @param {string} alt
 */
export function picture(url, name, alt) {
  const image = /** @type {HTMLImageElement} */ (h("img", { alt, decoding: "async", draggable: "false" }));
  image.addEventListener("error", async () => {
    const reason = h("p", { class: "broken" }, h("b", {}, name));
    image.replaceWith(reason);
    let sentence = "The picture cannot be shown.";
    try {
      const answer = await fetch(url);
      if (!answer.ok) sentence = (await answer.json()).message;
    } catch { /* the bar at the top says that the server is gone */ }
    reason.append(" ", sentence);
  });
  image.src = url;
  return image;
}
