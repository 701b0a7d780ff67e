// Start: session, data set, views, the bars at the top and the bottom.

import { actsArrived } from "./acts.js";
import { Refusal, Unreachable, get, link, post } from "./api.js";
import { complain, decisionsArrived, report } from "./bulk.js";
import { alarm, button, byId, count, h, say } from "./dom.js";
import { events } from "./events.js";
import { showCommands, showKeys } from "./keymap.js";
import { bind, listen } from "./keys.js";
import { lazy } from "./lazy.js";
import { laterView } from "./later.js";
import { outbox } from "./outbox.js";
import { Prefetch } from "./prefetch.js";
import { ReviewView, refusalNote } from "./review.js";
import { go, isReview, route } from "./router.js";
import { separator } from "./separator.js";
import { settings } from "./settings.js";
import { fillStore, store } from "./store.js";
import { canUndo, did, doAgain } from "./undo.js";

// Served without TLS to another machine, a page lacks this part of `crypto`.
crypto.randomUUID ??= () => {
  const text = [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return /** @type {any} */ (text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
};

const prefetch = new Prefetch();
const review = new ReviewView(prefetch);
const grid = lazy(async () => new (await import("./grid.js")).GridView());
const image = lazy(async () => new (await import("./image.js")).ImageView());
const issues = lazy(async () => new (await import("./issues.js")).IssuesView());
const progress = lazy(async () => ({ show: (await import("./progress.js")).showProgress }));
const versions = lazy(async () => new (await import("./versions.js")).VersionsView());

/** Opens a session with the token of the address, which is then erased. */
async function signIn() {
  const token = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  try {
    await post("session", { token });
  } catch (error) {
    // It is good for another try.
    if (error instanceof Unreachable) throw error;
    history.replaceState(null, "", "#/review");
    throw error;
  }
  history.replaceState(null, "", "#/review");
}

async function start() {
  // Its first use takes the longest.
  globalThis.indexedDB?.databases?.().catch(() => { /* the outbox tells what is wrong */ });
  try {
    await signIn();
    // What the first view shows is asked for beside what the page needs to show it.
    if (isReview()) prefetch.begin();
    // Settings that cannot be read are none; what is wrong is told by the data set.
    const chosen = settings.load().catch(() => {});
    const dataset = await get("dataset");
    fillStore(dataset);
    did(dataset.counts.decided);
    await chosen;
  } catch (error) {
    if (error instanceof Unreachable) return void setTimeout(start, 1000);
    if (!(error instanceof Refusal)) throw error;
    return byId("main").replaceChildren(refusalNote(error, start));
  }
  byId("dataset").textContent = store.name;
  paintVersion();
  byId("reviewer").textContent = `reviewer: ${store.reviewer}`;
  // Each reviewer's own: what another left unsent waits until they sign in again.
  const opened = outbox.open(`${store.key}-${store.reviewer}`);
  byId("names").replaceChildren(...store.classes.map(({ name }) => h("option", { value: name })));
  await Promise.all([opened, review.prepare()]);
  route({
    review: { show: () => review.show(), hide: () => review.hide() },
    grid, image,
    map: laterView("Map", "Every picture as a point, near to what looks like it.",
      "Until then, Review shows groups of like pictures, and `winnow cluster` lists them."),
    models: laterView("Models", "Where the model is right and where it errs, class by class.",
      "Until then, `winnow predict` prints how well its scores hold."),
    issues, progress, versions,
  });
  byId("undo").hidden = !canUndo();
  paintCounts();
  events.open(`${store.key}-${store.reviewer}`);
}

function paintVersion() {
  byId("version").textContent = store.version ? `@${store.version.slice(0, 8)}` : "no version yet";
}

function paintSaved() {
  const { unsent, savedAt } = outbox;
  byId("saved").textContent = unsent > 0 ? `Saving ${unsent}`
    : savedAt ? `Saved ${savedAt.toLocaleTimeString("en-GB")}` : "";
  paintLink();
}

function paintLink() {
  const bar = byId("offline");
  bar.hidden = !link.lost;
  if (!link.lost) return;
  const { unsent } = outbox;
  const kept = unsent === 0 ? "Decisions are kept here and will be sent."
    : `${count(unsent)} ${unsent === 1 ? "decision is" : "decisions are"} kept here and will be sent.`;
  bar.replaceChildren(`The server does not answer. ${kept} `, button("\u21b5", "try now", () => {
    outbox.flush();
    prefetch.fill();
    if (outbox.unsent === 0) get("progress?detail=false").catch(() => { /* the bar stays */ });
  }));
}

/** @type {number | undefined} */
let countTimer;

function paintCounts() {
  clearTimeout(countTimer);
  // While the server is heard it tells by itself.
  if (events.live) return;
  countTimer = setTimeout(async () => {
    try {
      paintProgress(await get("progress?detail=false"));
    } catch { countTimer = setTimeout(paintCounts, link.lost ? 2000 : 10_000); }
  }, 300);
}

/** @param {{pending: number, rate?: number}} progress */
function paintProgress({ pending, rate }) {
  byId("counts").textContent = `${count(pending)} pending`;
  byId("rate").textContent = ownRate(pending) || (rate ? rateText(rate, pending) : "");
}

/** The reviewer's pace of the last ten minutes, and what it means for the rest. @param {number} pending */
function ownRate(pending) {
  const since = Date.now() - 600_000;
  const recent = review.pace.filter(({ at }) => at > since);
  const images = recent.reduce((sum, step) => sum + step.images, 0);
  const hours = recent.length > 0 ? (Date.now() - recent[0].at) / 3_600_000 : 0;
  if (recent.length < 5 || hours * 60 < 0.5) return "";
  return rateText(images / hours, pending);
}

/** @param {number} rate images an hour @param {number} pending */
function rateText(rate, pending) {
  const minutes = Math.round((60 * pending) / rate);
  const left = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${count(Math.round(rate))} an hour, ${left} left`;
}

/** @param {CustomEvent} event */
function showResult({ detail: { submission, result } }) {
  paintCounts();
  did(result.undo);
  if (result.status === "decided" || result.status === "repeated") return;
  const text = result.message ?? `The decision on ${submission.item} was not taken: ${result.status}.`;
  byId("last").textContent = text;
  alarm(text);
}

/** @param {CustomEvent} event */
function showRefusal({ detail }) {
  byId("last").textContent = `${detail.message} ${detail.remedy}`;
  alarm(`${detail.message} ${detail.remedy}`);
}

/** Takes the last decision back, from wherever one is. */
async function undo() {
  await Promise.all([decisionsArrived(), actsArrived()]);
  await review.undo();
  refresh();
}

/** Does again what was undone last. */
async function redo() {
  try {
    await Promise.all([decisionsArrived(), actsArrived(), outbox.emptied()]);
    const [act] = await doAgain();
    report(act ? `Done again: ${act.what}` : "Nothing to do again", act !== undefined);
    refresh();
  } catch (error) { complain(error); }
}

function refresh() {
  paintCounts();
  grid.made?.refresh();
  image.made?.refresh();
  issues.made?.refresh();
  versions.made?.refresh();
}

/** @param {KeyboardEvent} event */
function searched(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const wanted = input.value.trim();
  if (event.key === "Enter" && !event.isComposing) void grid.ready().then((view) => view.search(wanted));
  else if (event.key !== "Escape") return;
  event.preventDefault();
  input.value = "";
  input.blur();
  byId("main").querySelector("h1")?.focus();
}

function paintTheme() {
  const theme = settings.value.theme ?? localStorage.getItem("winnow-theme");
  if (!theme) return;
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("winnow-theme", theme);
}

function otherTheme() {
  const dark = document.documentElement.dataset.theme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const theme = dark ? "light" : "dark";
  settings.choose({ theme });
  say(theme);
}

/** @param {string} name @param {(detail: any) => void} run */
const on = (name, run) => events.addEventListener(name, (event) => run(/** @type {CustomEvent} */ (event).detail));

paintTheme();
settings.addEventListener("change", paintTheme);
events.addEventListener("change", paintCounts);
on("progress", paintProgress);
on("queue", () => { if (prefetch.empty) prefetch.fill(); });
on("version", ({ head }) => {
  store.version = head;
  paintVersion();
});
outbox.addEventListener("change", paintSaved);
outbox.addEventListener("result", (event) => showResult(/** @type {CustomEvent} */ (event)));
outbox.addEventListener("refusal", (event) => showRefusal(/** @type {CustomEvent} */ (event)));
link.addEventListener("change", paintLink);
document.querySelector(".skip")?.addEventListener("click", (event) => {
  // The address names the view, and stays.
  event.preventDefault();
  byId("main").focus();
});
byId("keys").addEventListener("click", showKeys);
byId("theme").addEventListener("click", otherTheme);
byId("undo").addEventListener("click", undo);
byId("detail").after(separator("the details", "--side", -1));
byId("search").addEventListener("keydown", searched);
addEventListener("decided", paintCounts);
bind("everywhere", {
  undo,
  redo,
  search: () => byId("search").focus(),
  keys: showKeys,
  commands: showCommands,
  theme: otherTheme,
  goReview: () => go("review"),
  goGrid: () => go("grid"),
  goMap: () => go("map"),
  goIssues: () => go("issues"),
  goModels: () => go("models"),
  goProgress: () => go("progress"),
  goVersions: () => go("versions"),
  fold: () => void document.body.classList.toggle("folded"),
});
listen();
start();
