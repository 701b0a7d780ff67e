// The items ahead: leased before they are needed, their pictures decoded, their leases kept alive.

import { Refusal, Unreachable, beacon, get, pause, pixels, post, thumbnail } from "./api.js";
import { outbox } from "./outbox.js";

const ahead = 5;

/** Dispatches `change` when items came or went, `lost` with `{items}` when leases were lost. */
export class Prefetch extends EventTarget {
  /** @type {import("./api.js").ReviewItem[]} */
  items = [];
  /** Whether the server has said that nothing is left for now. */
  empty = false;
  /** @type {Refusal | null} */
  refusal = null;
  #fetching = false;
  /** What was asked for before the page was ready for it. @type {Promise<any> | null} */
  #early = null;
  #attempt = 0;
  /** @type {number | undefined} */
  #timer;
  /** @type {Map<string, HTMLImageElement[]>} */
  #pictures = new Map();

  constructor() {
    super();
    addEventListener("pagehide", () => this.#release());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    this.#beat();
  }

  /** Asks for the first items while the page still loads; `fill` takes them. */
  begin() {
    this.#early ??= get(`queue/next?limit=${ahead}`);
    this.#early.catch(() => { this.#early = null; });
  }

  get current() { return this.items[0]; }

  /** Leaves the first item, which was decided. */
  advance() {
    this.items.shift();
    this.#forgetPictures();
  }

  /** Puts an item that was taken back in front. @param {import("./api.js").ReviewItem} item */
  putFirst(item) {
    this.items = [item, ...this.items.filter((other) => other.item !== item.item)];
    this.#decode(item);
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Puts the halves of a group in its place.
   * @param {import("./api.js").ReviewItem} item @param {import("./api.js").ReviewItem[]} halves
   */
  replace(item, halves) {
    const at = this.items.indexOf(item);
    if (at < 0) return;
    this.items.splice(at, 1, ...halves);
    this.#forgetPictures();
    halves.forEach((half) => this.#decode(half));
    this.dispatchEvent(new Event("change"));
  }

  /** Asks the server for an item that waits again, and puts it in front. @param {string} name */
  async reclaim(name) {
    const held = this.items.find((item) => item.item === name);
    if (held) return this.putFirst(held);
    // What was taken back is what the server gives next, under a new name.
    const [again] = await this.#lease(1);
    if (again) this.putFirst(again);
    else this.dispatchEvent(new Event("change"));
  }

  /** Leases items until enough are ahead. */
  async fill() {
    if (this.#fetching || this.items.length >= ahead) return;
    this.#fetching = true;
    try {
      const items = await this.#lease(ahead - this.items.length);
      this.#attempt = 0;
      this.refusal = null;
      this.items.push(...items);
      this.empty = this.items.length === 0;
      if (this.empty) this.#later(10_000);
    } catch (error) {
      if (error instanceof Refusal) this.refusal = error;
      if (error instanceof Unreachable) this.#later(pause(this.#attempt++));
      else if (!(error instanceof Refusal)) throw error;
    } finally {
      this.#fetching = false;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** @param {number} wait milliseconds until more is asked for again */
  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.fill(), wait);
  }

  /** @param {number} limit @returns {Promise<import("./api.js").ReviewItem[]>} */
  async #lease(limit) {
    const asked = this.#early ?? get(`queue/next?limit=${limit}`);
    this.#early = null;
    const { items } = await asked;
    const fresh = items.filter((/** @type {import("./api.js").ReviewItem} */ item) =>
      !this.items.some((held) => held.item === item.item) && !outbox.holds(item.item));
    fresh.forEach((/** @type {import("./api.js").ReviewItem} */ item) => this.#decode(item));
    return fresh;
  }

  /** @param {import("./api.js").ReviewItem} item */
  #decode(item) {
    const addresses = item.image
      ? [pixels(item.image.id, innerWidth * 0.7)]
      : item.objects ? [...new Set(item.objects.map(({ image }) => pixels(image.id, 1024)))]
        : (item.shown ?? []).map(({ id }) => thumbnail(id));
    this.#pictures.set(item.item, addresses.map((address) => {
      const image = new Image();
      image.src = address;
      image.decode().catch(() => { /* the screen itself says what is wrong with a picture */ });
      return image;
    }));
  }

  /** Lets the pictures go whose items have gone. */
  #forgetPictures() {
    for (const item of this.#pictures.keys()) {
      if (!this.items.some((held) => held.item === item)) this.#pictures.delete(item);
    }
  }

  // One heartbeat for all leases, at half the life of the shortest.
  async #beat() {
    const now = Date.now();
    const left = this.items.map((item) => Date.parse(item.expires) - now);
    const wait = Math.min(60_000, Math.max(2_000, Math.min(...left) / 2));
    await new Promise((resolve) => setTimeout(resolve, this.items.length > 0 ? wait : 5_000));
    try { await this.#renew(); } catch { /* the next beat tries again */ }
    this.#beat();
  }

  async #renew() {
    if (this.items.length === 0) return;
    const asked = [...this.items];
    const { expires, lost } = await post("leases/renew", { leases: asked.map((item) => item.lease) });
    for (const item of asked) item.expires = expires[item.lease] ?? item.expires;
    // A lease that was decided while the renewal was on its way is not lost.
    const gone = this.items.filter((item) => lost.includes(item.lease));
    if (gone.length === 0) return;
    this.items = this.items.filter((item) => !gone.includes(item));
    this.#forgetPictures();
    this.dispatchEvent(new CustomEvent("lost", { detail: gone }));
    this.dispatchEvent(new Event("change"));
    this.fill();
  }

  #release() {
    if (this.items.length > 0) beacon("leases/release", { leases: this.items.map((item) => item.lease) });
  }
}
