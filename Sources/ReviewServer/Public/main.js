// Start: session, data set, views, the bars at the top and the bottom.

import { Refusal, Unreachable, get, link, post } from "./api.js";
import { alarm, button, byId, count, say } from "./dom.js";
import { bind, listen, showKeys } from "./keys.js";
import { laterView } from "./later.js";
import { Outbox } from "./outbox.js";
import { Prefetch } from "./prefetch.js";
import { showProgress } from "./progress.js";
import { ReviewView, refusalNote } from "./review.js";
import { go, route } from "./router.js";
import { fillStore, store } from "./store.js";

const outbox = new Outbox();
const prefetch = new Prefetch(outbox);
const review = new ReviewView(prefetch, outbox);

/** Opens a session with the token of the address, which is then erased. */
async function signIn() {
  const token = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, "", "#/review");
  await post("session", { token });
}

async function start() {
  try {
    await signIn();
    fillStore(await get("dataset"));
  } catch (error) {
    if (error instanceof Unreachable) return void setTimeout(start, 1000);
    if (!(error instanceof Refusal)) throw error;
    return byId("main").replaceChildren(refusalNote(error, start));
  }
  byId("dataset").textContent = store.name;
  byId("version").textContent = store.version ? `@${store.version.slice(0, 8)}` : "no version yet";
  byId("reviewer").textContent = `reviewer: ${store.reviewer}`;
  await outbox.open(store.key);
  route({
    review: { show: () => review.show(), hide: () => review.hide() },
    map: laterView("Map", "Every picture as a point, near to what looks like it.",
      "Until then, Review shows groups of like pictures, and `winnow cluster` lists them."),
    models: laterView("Models", "Where the model is right and where it errs, class by class.",
      "Until then, `winnow predict` prints how well its scores hold."),
    progress: { show: showProgress },
  });
  paintCounts();
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
    if (outbox.unsent === 0) get("progress").catch(() => { /* the bar stays */ });
  }));
}

/** @type {number | undefined} */
let countTimer;

function paintCounts() {
  clearTimeout(countTimer);
  countTimer = setTimeout(async () => {
    try {
      const { pending } = await get("progress");
      byId("counts").textContent = `${count(pending)} pending`;
      byId("rate").textContent = rateText(pending);
    } catch { countTimer = setTimeout(paintCounts, link.lost ? 2000 : 10_000); }
  }, 300);
}

/** The pace of the last ten minutes, and what it means for the rest. @param {number} pending */
function rateText(pending) {
  const since = Date.now() - 600_000;
  const recent = review.pace.filter(({ at }) => at > since);
  const images = recent.reduce((sum, step) => sum + step.images, 0);
  const hours = recent.length > 0 ? (Date.now() - recent[0].at) / 3_600_000 : 0;
  if (recent.length < 5 || hours * 60 < 0.5) return "";
  const rate = images / hours;
  const minutes = Math.round((60 * pending) / rate);
  const left = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${count(Math.round(rate))} an hour, ${left} left`;
}

/** @param {CustomEvent} event */
function showResult({ detail: { submission, result } }) {
  paintCounts();
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

function undo() { review.undo().then(paintCounts); }

/** @param {string | null} theme */
function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function otherTheme() {
  const dark = document.documentElement.dataset.theme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const theme = dark ? "light" : "dark";
  setTheme(theme);
  localStorage.setItem("winnow-theme", theme);
  say(theme);
}

setTheme(localStorage.getItem("winnow-theme"));
outbox.addEventListener("change", paintSaved);
outbox.addEventListener("result", (event) => showResult(/** @type {CustomEvent} */ (event)));
outbox.addEventListener("refusal", (event) => showRefusal(/** @type {CustomEvent} */ (event)));
link.addEventListener("change", paintLink);
byId("keys").addEventListener("click", showKeys);
byId("theme").addEventListener("click", otherTheme);
byId("undo").addEventListener("click", undo);
bind("everywhere", {
  undo,
  keys: showKeys,
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
