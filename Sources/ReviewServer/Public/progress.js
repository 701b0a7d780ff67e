// How far the review has come, and how good the proposals were.

import { Refusal, get } from "./api.js";
import { byId, count, dot, h, share } from "./dom.js";
import { refusalNote } from "./review.js";

/** @param {string} title @param {string} figure @param {string} [note] */
const figure = (title, figure, note = "") => h("div", { class: "figure" },
  h("h2", {}, title), h("b", { class: "numbers" }, figure), h("p", { class: "muted" }, note));

/** Shows the figures of now. */
export async function showProgress() {
  const heading = h("h1", { tabindex: "-1" }, "Progress");
  const screen = h("div", { class: "screen progress" }, heading);
  byId("main").replaceChildren(screen);
  byId("detail").replaceChildren();
  heading.focus();
  try {
    const [progress, dataset] = await Promise.all([get("progress"), get("dataset")]);
    screen.append(figures(progress, dataset.counts.images), classes(dataset.classes));
  } catch (error) {
    if (error instanceof Refusal) byId("main").replaceChildren(refusalNote(error, showProgress));
  }
}

/** @param {import("./api.js").Progress} progress @param {number} images */
function figures({ pending, decided, accuracy, cost }, images) {
  const part = images > 0 ? `${Math.floor((100 * decided) / images)} % of ${count(images)} pictures` : "";
  return h("div", { class: "figures" },
    figure("Decided", count(decided), part),
    figure("Pending", count(pending)),
    figure("Proposals right", accuracy ? share(accuracy.estimate) : "\u2013", accuracy
      ? `${share(accuracy.low)} to ${share(accuracy.high)} at 95 % confidence` : "nothing decided yet"),
    figure("Reviewing cost", cost === undefined ? "\u2013" : share(cost), "1.00 is one picture at a time"));
}

/** @param {import("./store.js").Category[]} classes */
function classes(classes) {
  const most = Math.max(1, ...classes.map((category) => category.count));
  return h("table", {}, h("caption", {}, "Decided pictures by class"), h("tbody", {}, ...classes.map((category) =>
    h("tr", {}, h("th", { scope: "row" }, dot(category), category.name),
      h("td", { class: "numbers" }, count(category.count)),
      h("td", { class: "wide" }, h("meter", { min: 0, max: most, value: category.count, "aria-hidden": "true" }))))));
}
