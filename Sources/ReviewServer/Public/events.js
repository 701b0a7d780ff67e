// What changes at the server, by server-sent events. One tab listens, the others hear it from that one:
// a browser has few connections to a server, and a listener holds one.

import { link } from "./api.js";

const names = ["progress", "queue", "model", "version", "bye"];
// What a tab that comes later is told at once.
const standing = ["progress", "model", "version"];

/**
 * Dispatches `progress {decided, pending, rate?}`, `queue {returned}`, `model {digest}`, `version {head}` and
 * `bye` with what was told as `detail`; `change` when it starts or stops to hear the server.
 */
export const events = new (class extends EventTarget {
  /** Whether the server is heard; while it is not, the page asks. */
  live = false;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {EventSource | null} */
  #source = null;
  /** @type {Map<string, unknown>} */
  #last = new Map();

  /** Starts to listen, or waits for its turn to. @param {string} key tells data sets of one port apart */
  open(key) {
    const name = `winnow-events-${key}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    this.#channel.postMessage({ ask: true });
    // Served without TLS to another machine there are no locks: then each tab listens.
    if (!navigator.locks) return this.#lead();
    // The lock is kept until this tab closes.
    navigator.locks.request(name, () => new Promise(() => this.#lead()));
  }

  /** @param {{ask?: boolean, live?: boolean, name?: string, detail?: unknown}} data what another tab says */
  #heard({ ask, live, name, detail }) {
    if (ask) return this.#tellState();
    if (this.#source) return;
    if (live !== undefined) this.#set(live);
    if (name) this.#told(name, detail);
  }

  #tellState() {
    if (!this.#source) return;
    this.#channel?.postMessage({ live: this.live });
    for (const name of standing) {
      if (this.#last.has(name)) this.#channel?.postMessage({ name, detail: this.#last.get(name) });
    }
  }

  #lead() {
    const source = new EventSource("/api/v1/events");
    this.#source = source;
    source.onopen = () => {
      link.answered();
      this.#set(true);
    };
    source.onerror = () => {
      this.#set(false);
      // Refused, not lost: the browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#lead(), 30_000);
    };
    for (const name of names) {
      source.addEventListener(name, (event) => {
        const detail = JSON.parse(/** @type {MessageEvent} */ (event).data);
        this.#channel?.postMessage({ name, detail });
        this.#told(name, detail);
      });
    }
  }

  /** @param {string} name @param {unknown} detail */
  #told(name, detail) {
    this.#last.set(name, detail);
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {boolean} live */
  #set(live) {
    if (live === this.live) return;
    this.live = live;
    if (this.#source) this.#channel?.postMessage({ live });
    this.dispatchEvent(new Event("change"));
  }
})();
