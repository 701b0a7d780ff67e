// Groups of copies, one after the other: which one stays, side by side with what tells them apart.

import { Refusal, get, pixels } from "./api.js";
import { act, isActing } from "./acts.js";
import { attend, button, byId, count, h, kbd, picture, pictures, say } from "./dom.js";
import { bind } from "./keys.js";
import { fileName, fileSize, named } from "./lists.js";
import { tellFailed } from "./review.js";

/**
 * @typedef {{image: import("./api.js").Picture, bytes: number, format: string, similarity: number, transform: string, label?: string}} Member
 * @typedef {{group: number, kind: "exact" | "near", keep: number, reason: string, members: Member[]}} Group
 */

const most = 9;

export class Copies {
  #kind;
  #changed;
  #openGrid;
  /** @type {Group[]} */
  #groups = [];
  #count = 0;
  #spare = 0;
  /** The group after which the loaded ones begin, and the last one of them if there are more. @type {string | null} */
  #cursor = null;
  /** @type {string | null} */
  #next = null;
  /** Groups that were passed over. @type {Set<number>} */
  #passed = new Set();
  /** Whether the list is not as the server has it. */
  #isStale = false;
  main = h("div", { class: "copies" });

  /** @param {string} kind @param {() => Promise<unknown>} changed @param {() => void} openGrid */
  constructor(kind, changed, openGrid) {
    this.#openGrid = openGrid;
    this.#kind = kind;
    this.#changed = changed;
    bind("copies", {
      keep: () => this.#keep(0),
      keepOther: (event) => this.#keep(Number(event.key) - 1),
      keepAll: () => this.#keepAll(),
      nextGroup: () => this.#pass(),
    });
  }

  /** @returns {Promise<void>} */
  async load() {
    try {
      const after = this.#cursor ? `&cursor=${this.#cursor}` : "";
      const page = await get(`duplicates?kind=${this.#kind}&limit=100${after}`);
      if (!this.main.isConnected) return;
      this.#isStale = false;
      this.#groups = page.items;
      this.#next = page.next ?? null;
      this.#count = page.count;
      this.#spare = page.spare;
    } catch (error) {
      // A group that is gone cannot be gone on from: from the start then.
      if (error instanceof Refusal && error.status === 409 && this.#cursor) return this.#again();
      return tellFailed(error, this.main, () => void this.load());
    }
    if (this.#open || !this.#next) return this.#paint();
    this.#cursor = this.#next;
    return this.load();
  }

  /** @returns {Group | undefined} */
  get #open() { return this.#groups.find(({ group }) => !this.#passed.has(group)); }

  #paint() {
    const group = this.#open;
    if (!group) return this.#paintEnd();
    const [keeper, ...others] = group.members;
    const shown = group.members.slice(0, most);
    const passed = Math.min(this.#passed.size, this.#count - 1);
    const heading = h("h2", { class: "question", tabindex: "-1" }, group.members.length === 2 ? "Which of the two stays?" : `Which of the ${count(group.members.length)} stays?`);
    const labels = new Set(group.members.map(({ label }) => label));
    this.main.replaceChildren(
      h("header", {}, heading,
        h("p", { class: "muted numbers" }, `${this.#kind} copies  \u00b7  group ${count(passed + 1)} of ${count(this.#count)}`),
        h("p", { class: "why" }, h("b", {}, "1"), ` is proposed: ${reason(group)}.`, labels.size > 1 ? h("b", {}, " Their labels differ.") : null)),
      h("div", { class: `members of${Math.min(shown.length, 4)}`, role: "group", "aria-label": "Copies" }, ...shown.map((member, index) => this.#member(member, index, keeper))),
      group.members.length > most ? h("p", { class: "muted" }, `and ${count(group.members.length - most)} more, which go with the others`) : "",
      h("div", { class: "actions" },
        button("A", `keep 1, take ${count(others.length)} out`, () => this.#keep(0), "primary"),
        h("span", { class: "hint" }, kbd(shown.length > 2 ? `2\u2013${shown.length}` : "2"), shown.length > 2 ? " keep another one" : " keep the other one"),
        button("Space", "keep all", () => this.#pass()),
        h("span", { class: "gap" }),
        this.#count > 1 ? button("Shift+A", `all ${count(this.#count)} groups: take ${count(this.#spare)} out`, () => this.#keepAll()) : null,
        button("O", "all in Grid", this.#openGrid),
        button("Backspace", "undo", () => byId("undo").click())));
    byId("detail").replaceChildren();
    attend(heading);
    say(`${pictures(group.members.length)}. Proposed to keep: ${fileName(keeper.image.path)}: ${reason(group)}.`);
  }

  /** @param {Member} member @param {number} index @param {Member} keeper */
  #member(member, index, keeper) {
    const { image, bytes, format, similarity, transform, label } = member;
    const name = fileName(image.path);
    const isKeeper = member === keeper;
    /** @param {string} title @param {string} text @param {boolean} differs */
    const fact = (title, text, differs) => h("span", { class: differs && !isKeeper ? "fact differs" : "fact" }, h("span", { class: "muted" }, title), h("span", { class: "numbers" }, text));
    return h("button", {
      type: "button", class: isKeeper ? "member keeper" : "member", onclick: () => this.#keep(index),
      "aria-label": `Keep ${name}: ${image.width} by ${image.height}, ${fileSize(bytes)}, ${label ?? "no label"}`,
    },
    h("span", { class: "view" }, picture(pixels(image.id, 480), name, "")),
    h("span", { class: "caption" }, kbd(String(index + 1)), h("b", {}, name), isKeeper ? h("span", { class: "ref here" }, "stays") : null),
    fact("size", `${image.width} \u00d7 ${image.height}`, image.width !== keeper.image.width || image.height !== keeper.image.height),
    fact("file", `${fileSize(bytes)} ${format}`, bytes !== keeper.bytes || format !== keeper.format),
    fact("likeness", isKeeper ? "\u2013" : `${(100 * similarity).toFixed(similarity === 1 ? 0 : 1)} %${transform === "identity" ? "" : `, ${transform}`}`, similarity < 1),
    h("span", { class: label !== keeper.label && !isKeeper ? "fact differs" : "fact" }, h("span", { class: "muted" }, "label"), h("span", {}, ...named(label, "none"))),
    h("span", { class: "path muted" }, folder(image.path)));
  }

  #paintEnd() {
    const rest = this.#passed.size;
    const heading = h("h2", { class: "question", tabindex: "-1" }, this.#count === 0 ? `No ${this.#kind} copies are left` : "All groups were looked at");
    this.main.replaceChildren(h("div", { class: "note" }, heading,
      h("p", {}, this.#count === 0 ? "Each picture is in the data set once." : `${count(rest)} ${rest === 1 ? "group was" : "groups were"} left as they are.`),
      h("p", {}, rest > 0 && this.#count > 0 ? button("Space", "look again", () => void this.#again(), "primary") : null,
        " ", button("Backspace", "undo", () => byId("undo").click()))));
    attend(heading);
    say(heading.textContent ?? "");
  }

  /** @returns {Promise<void>} */
  #again() {
    this.#passed.clear();
    this.#cursor = null;
    return this.load();
  }

  #pass() {
    const group = this.#open;
    if (!group) return this.#passed.size > 0 ? void this.#again() : false;
    this.#passed.add(group.group);
    if (this.#open || !this.#next) return this.#paint();
    this.#cursor = this.#next;
    this.load();
  }

  // The next group is shown at once, and keys act on it: what was decided is sent meanwhile.
  /** @param {number} index which one stays */
  #keep(index) {
    const group = this.#open;
    const kept = group?.members[index];
    if (!group || !kept) return void (group && say(`There is no copy ${index + 1}`));
    const out = group.members.filter((member) => member !== kept).map(({ image }) => image.id);
    this.#groups = this.#groups.filter((other) => other !== group);
    this.#count -= 1;
    this.#spare -= out.length;
    if (this.#open) this.#paint();
    void this.#send({ images: out }, ({ changed }) => `Kept ${fileName(kept.image.path)}, took ${pictures(changed)} out`);
  }

  #keepAll() {
    if (this.#count === 0 || isActing()) return;
    void this.#send({ duplicates: this.#kind, expected_count: this.#spare }, ({ changed }) => `Took ${pictures(changed)} out, one of each group stays`, true);
  }

  /** @param {object} which @param {(report: import("./acts.js").ActReport) => string} words @param {boolean} [isAll] */
  async #send(which, words, isAll = false) {
    const report = await act("membership", { id: crypto.randomUUID(), present: false, ...which }, words);
    this.#isStale ||= isAll || report === null;
    if (isActing() || !this.main.isConnected) return;
    await this.#changed();
    if (this.main.isConnected && (this.#isStale || !this.#open)) await this.load();
  }
}

/** The last folders of a path. @param {string} path */
const folder = (path) => path.split("/").slice(-3, -1).join("/");

/** @param {Group} group */
const reason = ({ reason }) => reason.slice(0, 1).toLowerCase() + reason.slice(1).replace(/\.$/, "");
