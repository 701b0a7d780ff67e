// Why a picture is asked about, and where a label comes from.

import { Refusal, get, thumbnail } from "./api.js";
import { dot, h, mark, picture, pictures, say, share } from "./dom.js";
import { moment, named, section } from "./lists.js";
import { categoryNamed } from "./store.js";

const fewNearest = 5;

/** Of a picture on which an opinion of the reviewer's own may still be asked for. */
export const keptBack = "What others said is kept back: your own opinion is asked for.";

/** @type {Record<string, string>} */
const reasons = {
  uncertain: "the model is not sure", disagreement: "two sides disagree", representative: "typical of many",
  "label-issue": "a person and the model disagree", audit: "a check by chance", cluster: "from a group",
};

/** Why an item is asked about, in words. @param {import("./api.js").ReviewItem} item */
export function reasonOf({ reason, predictions }) {
  // The sides of a merge come with whole labels; models that disagree do not.
  const isOfModels = reason === "disagreement" && predictions.every(({ annotation }) => !annotation);
  return isOfModels ? "the models disagree" : reasons[reason] ?? reason;
}

/**
 * What speaks for an answer: who proposes what, the nearest pictures with their labels, what was said before.
 * @param {string} title @param {import("./api.js").ReviewItem} item
 * @param {{nearest: Near[], blind?: boolean, history?: any[]}} detail of the picture
 * @typedef {{id: number, similarity: number, label?: string}} Near
 */
export function whySection(title, item, { nearest, blind, history }) {
  const node = section(title,
    h("p", { class: "muted" }, `Asked because: ${reasonOf(item)}.`),
    h("ul", { class: "chain" }, ...item.predictions.slice(0, 5).map(({ label, score, source, annotation }) => h("li", {},
      h("span", {}, ...named(label, "")), h("span", { class: "muted numbers" }, annotation ? source : `${share(score)} by ${source}`)))),
    nearest.length === 0 ? "" : h("h3", {}, "Nearest pictures"), nearestList(nearest.slice(0, fewNearest)),
    blind ? h("p", { class: "muted" }, keptBack)
      : history?.length ? historyList(history.slice(0, 12)) : "");
  node.classList.add("why");
  return node;
}

/** Brings a section into sight and says it aloud; the focus stays, for keys go on where they were. @param {HTMLElement} node */
export function reveal(node) {
  document.body.classList.remove("folded");
  node.scrollIntoView({ block: "nearest" });
  const parts = /** @type {HTMLElement[]} */ ([...node.querySelectorAll("h2, p, li")]);
  say(parts.map((part) => part.innerText.replaceAll(/\s+/g, " ").replace(/\.$/, "")).join(". "));
}

/** @param {Near[]} nearest */
function nearestList(nearest) {
  return h("ul", { class: "nearest" }, ...nearest.map(({ id, similarity, label }) => h("li", {},
    picture(thumbnail(id), `image ${id}`, ""),
    h("span", {}, label ? dot(categoryNamed(label)) : null, label ?? "open"),
    h("span", { class: "muted numbers" }, share(similarity)))));
}

/** What became of the labels of a picture, newest first. @param {{label?: string, state?: string, source?: string, author?: string, at?: string}[]} history */
export function historyList(history) {
  return h("ol", { class: "history" }, ...history.map(({ label, state, source, author, at }) => h("li", {},
    mark(state ?? "none"), h("span", {}, `${state ?? ""} ${label ?? ""}`),
    h("span", { class: "muted numbers" }, `${author ?? source ?? ""}${at ? `, ${moment(at)}` : ""}`))));
}

/**
 * Shows where a label comes from, below all else in a panel.
 * @param {string} annotation @param {() => Element | null} panel when it is known @param {string} [title]
 */
export async function showLineage(annotation, panel, title = "Why") {
  try {
    const { chain } = await get(`annotations/${annotation}/why`);
    place(section(title, h("ul", { class: "chain" }, ...chain.map(step))), panel);
  } catch (error) { say(error instanceof Refusal ? error.message : "The server does not answer."); }
}

/**
 * Shows where the newest label of a picture comes from; where nobody has said one, what speaks for one.
 * @param {{annotations: {label: string, state: string, source: string, score?: number}[], nearest: Near[], blind?: boolean,
 *   history?: {annotation?: string}[]}} detail @param {() => Element | null} panel @param {string} [title]
 */
export async function showWhy({ annotations, nearest, blind, history }, panel, title = "Why") {
  const [newest] = history ?? [];
  if (newest?.annotation) return showLineage(newest.annotation, panel, title);
  const proposed = annotations.filter(({ state }) => state === "proposed").slice(0, 5);
  const node = section(title, h("p", { class: "muted" }, blind ? keptBack : "Nobody has decided on this picture yet."),
    h("ul", { class: "chain" }, ...proposed.map(({ label, score, source }) => h("li", {}, h("span", {}, ...named(label, "")),
      h("span", { class: "muted numbers" }, score === undefined ? source : `${share(score)} by ${source}`)))),
    nearest.length === 0 ? "" : h("h3", {}, "Nearest pictures"), nearestList(nearest.slice(0, fewNearest)));
  node.classList.add("why");
  place(node, panel);
}

/** @param {HTMLElement} node @param {() => Element | null} panel */
function place(node, panel) {
  document.getElementById("why")?.remove();
  node.id = "why";
  panel()?.append(node);
  reveal(node);
}

/** @param {any} step */
function step({ revision, review }) {
  const words = review
    ? `${review.decision} by ${review.reviewer} in ${review.item}, ${pictures(review.images)}, asked because: ${review.reason}`
    : `${revision.by.kind} by ${revision.source.replace("reviewer:", "")}${revision.by.message ? `: ${revision.by.message}` : ""}`;
  const models = (review?.proposals ?? []).slice(0, 3).map((/** @type {any} */ proposal) => `${proposal.label} ${proposal.score.toFixed(2)} (${proposal.source})`);
  return h("li", {}, h("span", {}, ...named(revision.label.label, ""), ` ${revision.state}`), h("span", { class: "muted" }, words),
    models.length > 0 ? h("span", { class: "muted" }, `proposed: ${models.join(", ")}`) : null,
    h("span", { class: "muted numbers" }, `${moment(revision.by.at)} \u00b7 ${revision.by.batch}${revision.version ? ` \u00b7 first in ${revision.version.slice(0, 8)}` : ""}`));
}
