// Talking to the server: JSON, errors with a remedy, and whether it answers at all.

import { store } from "./store.js";

/**
 * @typedef {{id: number, path: string, sha256: string, width: number, height: number}} Picture
 * @typedef {{label: string, score: number, source: string, annotation?: any, bbox?: number[]}} Proposal
 * @typedef {{object: number, image: Picture, annotation: any, score: number}} Crop
 * @typedef {{item: string, kind: "image" | "cluster" | "objects", lease: string, expires: string,
 *   reason: string, image?: Picture, size?: number, shown?: Picture[], members?: number[],
 *   objects?: Crop[], suggestions?: {label: string, score: number, source: string}[], predictions: Proposal[], error_bound?: number}} ReviewItem
 * @typedef {{id: string, item: string, lease: string, reviewer: string,
 *   decision: "accept" | "correct" | "reject" | "skip", label?: string, except?: number[],
 *   corrections?: {member: number, label: string}[],
 *   annotations?: {type: string, label: string}[], seconds?: number}} Submission
 * @typedef {{item: string, status: "decided" | "repeated" | "conflict" | "expired" | "invalid",
 *   undo?: number, message?: string}} SubmissionResult
 * @typedef {{pending: number, leased: number, decided: number, cost?: number,
 *   accuracy?: {estimate: number, low: number, high: number}}} Progress
 */

/** What the server refused, in its own words. */
export class Refusal extends Error {
  /** @param {number} status @param {{code?: string, message?: string, remedy?: string}} payload */
  constructor(status, payload) {
    super(payload.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = payload.code ?? String(status);
    this.remedy = payload.remedy ?? "Try again.";
  }
}

/** The server does not answer. */
export class Unreachable extends Error {}

/** Dispatches `change` when the server is lost (after two failures in a row) or found again. */
export const link = new (class extends EventTarget {
  lost = false;
  #failures = 0;

  failed() { if (++this.#failures >= 2) this.#set(true); }

  answered() {
    this.#failures = 0;
    this.#set(false);
  }

  /** @param {boolean} lost */
  #set(lost) {
    if (lost === this.lost) return;
    this.lost = lost;
    this.dispatchEvent(new Event("change"));
  }
})();

/** Milliseconds to wait before try number `attempt`, from 0. @param {number} attempt */
export const pause = (attempt) => Math.min(10_000, 500 * 2 ** attempt);

/**
 * @param {"GET" | "POST" | "PUT"} method @param {string} path @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function request(method, path, body) {
  const text = new TextDecoder().decode(await answerTo(method, path, body));
  return text ? parse(text) : undefined;
}

/**
 * @param {"GET" | "POST" | "PUT"} method @param {string} path @param {unknown} [body]
 * @returns {Promise<ArrayBuffer>}
 */
async function answerTo(method, path, body) {
  /** @type {RequestInit} */
  const options = { method, signal: AbortSignal.timeout(30_000) };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let answer;
  let bytes;
  try {
    answer = await fetch(`/api/v1/${path}`, options);
    bytes = await answer.arrayBuffer();
  } catch (error) {
    link.failed();
    throw new Unreachable(String(error));
  }
  link.answered();
  if (!answer.ok) throw new Refusal(answer.status, parse(new TextDecoder().decode(bytes)));
  return bytes;
}

/** @param {string} text */
function parse(text) {
  try { return JSON.parse(text); } catch { return {}; }
}

/** @param {string} path */
export const get = (path) => request("GET", path);

/** @param {string} path @param {unknown} body */
export const post = (path, body) => request("POST", path, body);

/** @param {string} path @param {unknown} body */
export const put = (path, body) => request("PUT", path, body);

/** An answer that is no text. @param {string} path */
export const getBytes = (path) => answerTo("GET", path);

/** Sends on the way out of the page. @param {string} path @param {unknown} body */
export function beacon(path, body) {
  navigator.sendBeacon(`/api/v1/${path}`,
    new Blob([JSON.stringify(body)], { type: "application/json" }));
}

/** @param {number} id @param {160 | 320} [size] its longer side */
export const thumbnail = (id, size = 320) => `/d/${store.key}/thumbs/${id}/${size}.jpg`;

/** The address of a picture at least as wide as it is shown. @param {number} id @param {number} width */
export function pixels(id, width) {
  const wanted = width * devicePixelRatio;
  const size = [512, 1024, 2048].find((size) => size >= wanted) ?? 2048;
  return `/api/v1/images/${id}/pixels?w=${size}`;
}

/** The address of a picture as sharp as it is sent, for a close look. @param {number} id */
export const sharpest = (id) => `/api/v1/images/${id}/pixels?w=4096`;
