// How far the review has come, how fast it goes, and how good the proposals were.

import { get } from "./api.js";
import { byId, count, dot, h, share } from "./dom.js";
import { stacked } from "./lists.js";
import { tellFailed } from "./review.js";
import { categoryNamed } from "./store.js";

/**
 * @typedef {{estimate: number, low: number, high: number}} Accuracy
 * @typedef {{name: string, decided: number, pending: number, looks: number, accuracy?: Accuracy}} OfClass
 * @typedef {{name: string, decisions: number, pictures: number, rate?: number, compared: number, agreement?: number}} OfReviewer
 */

/** @param {string} title @param {string} figure @param {string} [note] @param {Node} [more] */
const figure = (title, figure, note = "", more) => h("div", { class: "figure" },
  h("h2", {}, title), h("b", { class: "numbers" }, figure), more, h("p", { class: "muted" }, note));

/** Shows the figures of now. */
export async function showProgress() {
  const heading = h("h1", { tabindex: "-1" }, "Progress");
  const waiting = h("div", { class: "figures", "aria-busy": "true" }, ...["Decided", "Pending", "Pace", "Time left", "Proposals right"].map((title) => figure(title, "...")));
  const screen = h("div", { class: "screen progress" }, heading, waiting);
  byId("main").replaceChildren(screen);
  byId("detail").replaceChildren();
  heading.focus();
  try {
    const progress = await get("progress");
    if (!screen.isConnected) return;
    waiting.replaceWith(figures(progress), h("div", { class: "tables" }, ofClasses(progress.by_class ?? []), ofReviewers(progress.by_reviewer ?? [])));
  } catch (error) {
    tellFailed(error, screen, showProgress);
  }
}

/** @param {any} progress */
function figures({ pending, decided, accuracy, set_accuracy: whole, cost, rate, eta }) {
  const all = pending + decided;
  const part = all > 0 ? `${Math.floor((100 * decided) / all)} % of ${count(all)} pictures` : "no pictures yet";
  return h("div", { class: "figures" },
    figure("Decided", count(decided), part, stacked(decided, 0, all)),
    figure("Pending", count(pending), pending === 0 && all > 0 ? "nothing waits" : "no label that a person stands behind"),
    figure("Pace", rate ? `${count(Math.round(rate))} an hour` : "\u2013", rate ? "over the last decisions, without breaks" : "told after five decisions"),
    figure("Time left", pending === 0 && all > 0 ? "none" : eta ? duration(eta) : "\u2013", eta && pending > 0 ? "of work at this pace" : ""),
    figure("Proposals right", accuracy ? share(accuracy.estimate) : "\u2013", accuracy ? interval(accuracy) : "nothing decided yet", accuracy ? range(accuracy) : undefined),
    !whole ? "" : whole.low > 0 ? figure("Data set right", share(whole.estimate), `at least ${share(whole.low)} at 95 % confidence`, range(whole))
      : figure("Data set right", "\u2013", "too few were looked at to say"),
    !cost ? "" : figure("Reviewing cost", share(cost), "1.00 is one picture at a time"));
}

/** @param {Accuracy} accuracy */
const interval = ({ low, high }) => `${share(low)} to ${share(high)} at 95 % confidence`;

/** The interval as a bar from 0 to 1, with a mark at the estimate. @param {Accuracy} accuracy */
function range({ estimate, low, high }) {
  const inner = h("span", { class: "between" });
  const mark = h("span", { class: "mark" });
  inner.style.left = `${100 * low}%`;
  inner.style.width = `${Math.max(1, 100 * (high - low))}%`;
  mark.style.left = `${100 * estimate}%`;
  return h("span", { class: "range", "aria-hidden": "true" }, inner, mark);
}

/** @param {number} seconds */
function duration(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? `${minutes} min` : `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** @param {string} title @param {string[]} heads @param {Node[]} rows @param {string} empty */
function table(title, heads, rows, empty) {
  return h("section", {}, h("table", {}, h("caption", {}, title),
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...rows)),
  rows.length === 0 ? h("p", { class: "muted" }, empty) : "");
}

/** @param {OfClass[]} classes */
function ofClasses(classes) {
  const most = Math.max(1, ...classes.map(({ decided, pending }) => decided + pending));
  return table("By class", ["Class", "Decided", "Proposed", "", "Right"], classes.map(({ name, decided, pending, looks, accuracy }) => h("tr", {},
    h("th", { scope: "row" }, dot(categoryNamed(name)), name),
    h("td", { class: "numbers" }, count(decided)), h("td", { class: "numbers muted" }, count(pending)), h("td", { class: "wide" }, stacked(decided, pending, most)),
    h("td", { class: "numbers", title: accuracy ? `${interval(accuracy)}, ${count(looks)} looks` : "" }, accuracy ? share(accuracy.estimate) : "\u2013"))), "No classes yet.");
}

/** @param {OfReviewer[]} reviewers */
function ofReviewers(reviewers) {
  const most = Math.max(1, ...reviewers.map(({ pictures }) => pictures));
  return table("By reviewer", ["Reviewer", "Decisions", "Pictures", "", "An hour", "Agreement"], reviewers.map(({ name, decisions, pictures, rate, compared, agreement }) => h("tr", {},
    h("th", { scope: "row" }, name),
    h("td", { class: "numbers" }, count(decisions)), h("td", { class: "numbers" }, count(pictures)), h("td", { class: "wide" }, stacked(pictures, 0, most)),
    h("td", { class: "numbers" }, rate ? count(Math.round(rate)) : "\u2013"),
    h("td", { class: "numbers", title: compared > 0 ? `${count(compared)} pictures that others looked at, too` : "" }, agreement === undefined ? "\u2013" : share(agreement)))), "Nobody has decided anything yet.");
}
