// The editor of one picture: stage, tools, shapes and their list, steps and drafts in one component.
// Who shows it puts `main` and `aside` on the page, binds its keys, and takes its `annotations`.

import { alarm, button, h, say } from "./dom.js";
import { forgetDraft, keepDraft, keptDraft } from "./drafts.js";
import { carry, moveByKey, nextCorner, putInMiddle, snap, unload } from "./edits.js";
import { bind } from "./keys.js";
import { Objects } from "./objects.js";
import { Painter } from "./painter.js";
import { pickByKey, pickCategory } from "./picker.js";
import { ShapeList } from "./shapelist.js";
import { annotationOf, shapeOf } from "./shapes.js";
import { Stage } from "./stage.js";
import { store } from "./store.js";
import { markTool, toolNamed, toolbar } from "./toolbar.js";
import { Tools } from "./tools.js";

/**
 * Who shows the editor. It is told that all is right as it stands, with the labels, or null where
 * nothing was changed; and that nothing is there. `keys` are further ones to decide by.
 * @typedef {{accept: (annotations: any[] | null) => void, reject: () => void, keys: import("./keys.js").Actions}} Host
 */

/** Dispatches `change` when what it says of itself is another: shapes, choice, class, tool. */
export class Editor extends EventTarget {
  #picture;
  #host;
  #start;
  #stage;
  #objects;
  #tools;
  #painter;
  #list;
  #bar;
  #kinds = store.task === "segmentation" ? ["box", "polygon", "mask"] : ["box"];
  #note = h("p", { class: "draftnote", role: "status", hidden: true });
  #noteSteps = 0;
  #isDecided = false;
  #isOpen = false;
  #hasBegun;

  /**
   * @param {import("./api.js").Picture} picture
   * @param {import("./api.js").Proposal[]} predictions labels with shapes; people stand behind those of the source `accepted`
   * @param {Host} host @param {any[]} [draft] labels to begin with instead
   */
  constructor(picture, predictions, host, draft) {
    super();
    this.#picture = picture;
    this.#host = host;
    this.#start = predictions.map(({ annotation, score, source }) =>
      annotation && shapeOf(annotation, source === "accepted" ? "accepted" : "proposed", score)).filter(Boolean);
    const begun = draft?.map((annotation) => shapeOf(annotation, "drawn")).filter((shape) => shape !== null);
    this.#objects = new Objects(begun ?? this.#start, this.#start[0]?.label ?? store.classes[0]?.name ?? "thing");
    this.#stage = new Stage(picture);
    this.#tools = new Tools(this.#objects, this.#stage);
    this.#stage.tool = this.#tools;
    this.#painter = new Painter(this.#stage, this.#objects, this.#tools, () => this.#paintBeside());
    this.#list = new ShapeList(this.#objects, this.#stage.size, this.#kinds);
    this.#bar = toolbar(this.#kinds, (id) => this.use(id), this.#stage, () => this.#toggleShapes());
    this.main = h("div", { class: "editor" }, this.#bar, this.#stage.node, this.#note);
    this.aside = this.#list.node;
    this.#objects.addEventListener("change", () => this.#keep());
    this.#paintBeside();
    this.#hasBegun = begun !== undefined;
  }

  get shapes() { return this.#objects.shapes; }

  /** The chosen shape. */
  get chosen() { return this.#objects.shape; }

  /** The class of what is drawn next. */
  get label() { return this.#objects.label; }

  /** The tool in hand. */
  get tool() { return this.#tools.name; }

  /** All labels as they stand. */
  get annotations() { return this.shapes.map(annotationOf); }

  /** Whether the labels are others than at the start. */
  get isChanged() {
    return this.shapes.length !== this.#start.length
      || this.shapes.some(({ annotation }, index) => !annotation || annotation !== this.#start[index].annotation);
  }

  get isDone() { return this.#isDecided; }

  /** The picture was decided: its draft is not needed any more. */
  done() {
    this.#isDecided = true;
    forgetDraft(this.#picture.id).catch(() => { /* there was none */ });
  }

  bindKeys() {
    // Only now somebody works on it: one that is merely looked at takes nothing up.
    if (!this.#isOpen && !this.#hasBegun) this.#takeUp();
    else if (!this.#isOpen) this.#takeCarried();
    this.#isOpen = true;
    const [objects, stage, tools] = [this.#objects, this.#stage, this.#tools];
    const tool = (/** @type {import("./tools.js").ToolName} */ id) => () => this.use(id);
    bind("editor", {
      select: tool("select"), box: tool("box"), polygon: tool("polygon"), mask: tool("mask"), eraser: tool("eraser"),
      clickToMask: () => say("Click-to-mask needs a model, and none is installed"),
      smaller: () => tools.resize(0.8), larger: () => tools.resize(1.25),
      nextShape: () => this.next(), nextCorner: () => nextCorner(objects),
      move: (event) => moveByKey(objects, stage.size, event),
      removeShape: () => this.remove(), snap: () => snap(objects, this.#start),
      copy: () => this.#tell(carry(this.#picture.id, objects)),
      finish: () => this.#finish(), unchoose: () => this.#unchoose(),
      zoomIn: () => stage.zoomStep(true), zoomOut: () => stage.zoomStep(false), fit: () => stage.fitOrFull(),
      hand: (event) => stage.holdHand(event), shapesOff: () => this.#toggleShapes(),
      undoStep: () => tools.takeBack() || objects.undo(), redoStep: () => objects.redo(),
    });
    bind("decide", {
      accept: () => this.accept(), reject: () => this.reject(),
      category: ({ key }) => pickByKey(key, (name) => this.name(name)), picker: () => this.pick(), ...this.#host.keys,
    });
  }

  // MARK: deciding

  /** Accepts the chosen proposal, or else all as it stands. */
  accept() {
    if (this.#tools.pending) return alarm("The polygon is open: Enter closes it, Esc drops it.");
    const { shape, chosen } = this.#objects;
    if (chosen === null || shape?.from !== "proposed") return this.#host.accept(this.isChanged ? this.annotations : null);
    this.#objects.step(this.shapes.with(chosen, { ...shape, from: "accepted" }), chosen);
    say(`Accepted: ${shape.label}`);
    if (!this.#objects.chooseNext(1, ({ from }) => from === "proposed")) this.#objects.choose(null);
  }

  /** Takes the chosen shape away, or else says that nothing is there. */
  reject() {
    if (this.chosen) return this.remove();
    this.#host.reject();
  }

  /** Takes the chosen corner or shape away. */
  remove() {
    const { corner, shape } = this.#objects;
    if (corner && shape?.rings && shape.rings[corner.ring].length > 6) return this.#tools.removeCorner(corner);
    if (!shape) return;
    this.#objects.remove();
    say(`${shape.label} removed`);
  }

  /** Gives the chosen shape a class, or what is drawn next. @param {string} label */
  name(label) {
    this.#objects.name(label);
    say(this.chosen ? `It is ${label}` : `Drawn as ${label}`);
  }

  /** Asks for a class. */
  pick() { pickCategory((name) => this.name(name)); }

  // MARK: editing

  /** Takes a tool into the hand. @param {import("./tools.js").ToolName} id */
  use(id) {
    const tool = toolNamed(id);
    if (!tool || !this.#kinds.includes(tool.kind)) return say("This data set holds boxes only");
    this.#tools.use(id);
    this.#painter.later({ shapes: true, beside: true });
    say(tool.text);
  }

  /** Chooses the next shape. */
  next() {
    if (!this.#objects.chooseNext(1)) return say("Nothing is here yet");
    say(`${this.chosen?.label}, ${this.chosen?.from}, ${(this.#objects.chosen ?? 0) + 1} of ${this.shapes.length}`);
  }

  #finish() {
    if (this.#tools.close()) return;
    if (this.tool === "select" || this.chosen) return false;
    putInMiddle(this.#objects, this.#stage, this.#tools);
  }

  #unchoose() {
    const { corner, chosen } = this.#objects;
    if (this.#tools.dropPending()) return;
    if (chosen !== null) return this.#objects.choose(corner ? chosen : null);
    if (this.tool === "select") return false;
    this.use("select");
  }

  #toggleShapes() {
    say(this.#stage.node.classList.toggle("bare") ? "Shapes are hidden" : "Shapes are shown");
  }

  #paintBeside() {
    markTool(this.#bar, this.tool);
    this.#stage.node.dataset.tool = this.tool;
    this.#list.paint();
    this.dispatchEvent(new Event("change"));
  }

  // MARK: drafts

  #keep() {
    if (this.#noteSteps !== this.#objects.steps) this.#note.hidden = true;
    if (this.#isDecided) return;
    const kept = this.#objects.steps === 0 ? forgetDraft(this.#picture.id)
      : keepDraft(this.#picture.id, this.#start, this.shapes);
    kept.catch(() => { /* the page itself still has it */ });
  }

  async #takeUp() {
    const kept = await keptDraft(this.#picture.id, this.#start).catch(() => null);
    if (this.#objects.steps > 0 || this.#isDecided) return;
    if (kept?.isCurrent) {
      this.#objects.step(kept.shapes, null);
      const at = kept.at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      this.#tell(`Your draft of ${at} is back.`, button("\u232b", "begin anew", () => this.#objects.undo()));
    } else if (kept) {
      this.#tell("What is proposed has changed since your draft.",
        button("", "take up the draft", () => this.#objects.step(kept.shapes, null)));
    }
    this.#takeCarried();
  }

  #takeCarried() {
    const shapes = unload(this.#picture.id, this.#stage.size);
    if (shapes.length === 0) return;
    this.#objects.step([...this.shapes, ...shapes], null);
    this.#tell(`${shapes.length === 1 ? "1 thing is" : `${shapes.length} things are`} copied from the picture before.`,
      button("\u232b", "not these", () => this.#objects.undo()));
  }

  /** Says something below the picture until the next step. @param {...(string | Node)} content */
  #tell(...content) {
    this.#note.replaceChildren(...content.flatMap((part) => [part, " "]));
    this.#note.hidden = false;
    this.#noteSteps = this.#objects.steps;
  }
}
