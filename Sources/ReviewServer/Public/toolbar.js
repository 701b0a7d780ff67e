// The tools at the side of the stage, for pointers and fingers; each shows its key.

import { h, kbd, svg } from "./dom.js";

/** @type {{id: import("./tools.js").ToolName, key: string, text: string, path: string, kind: string}[]} */
const tools = [
  { id: "select", key: "V", kind: "box", text: "choose and move; on free ground a drag draws a box", path: "M5 3l11 8-5 .500 2.500 5-2 1-2.500-5L5 16z" },
  { id: "box", key: "B", kind: "box", text: "box: drag from corner to corner", path: "M3 5h14v10H3z" },
  { id: "polygon", key: "P", kind: "polygon", text: "polygon: click the corners, Enter closes it", path: "M3 8l8-5 6 6-3 8-9-1z" },
  { id: "mask", key: "M", kind: "mask", text: "mask: paint with the brush; , and . change its size", path: "M17 3l-8 7 2 2 7-8zM8.500 11c-3 0-3 3-5.500 4.500 3 1.500 7.500 .500 7.500-2.500" },
  { id: "eraser", key: "R", kind: "mask", text: "eraser: take away from a mask", path: "M8 16l-5-5 8-8 6 6-7 7zM7 7l6 6M8 16h9" },
];

/** What a tool is for. @param {import("./tools.js").ToolName} id */
export const toolNamed = (id) => tools.find((tool) => tool.id === id);

/** @param {string} key @param {string} text @param {string} path @param {() => void} run @param {Record<string, unknown>} [more] */
const tool = (key, text, path, run, more = {}) => h("button", {
  type: "button", title: `${text} (${key})`, "aria-label": text, onclick: run, ...more,
}, svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: path })), kbd(key));

/**
 * @param {string[]} kinds of shapes that the data set holds
 * @param {(id: import("./tools.js").ToolName) => void} use
 * @param {import("./stage.js").Stage} stage @param {() => void} toggle shapes on or off
 */
export function toolbar(kinds, use, stage, toggle) {
  const own = tools.filter(({ kind }) => kinds.includes(kind)).map(({ id, key, text, path }) =>
    tool(key, text, path, () => use(id), { "data-tool": id }));
  const withModel = tool("Q", "click-to-mask: needs a model, and none is installed", "M10 2v5M10 13v5M2 10h5M13 10h5", () => undefined, { disabled: true });
  return h("div", { class: "tools", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical" },
    ...own, ...(kinds.includes("mask") ? [withModel] : []), h("hr"),
    tool("+", "nearer", "M10 4v12M4 10h12", () => stage.zoomStep(true)),
    tool("\u2212", "further", "M4 10h12", () => stage.zoomStep(false)),
    tool("Z", "the whole picture, or its own size", "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4", () => stage.fitOrFull()),
    tool("O", "shapes on or off", "M2 10c3-6 13-6 16 0-3 6-13 6-16 0zM10 7.500a2.500 2.500 0 1 0 .010 0", toggle));
}

/** Marks the tool in hand. @param {HTMLElement} bar @param {import("./tools.js").ToolName} name */
export function markTool(bar, name) {
  for (const button of bar.querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-tool") === name));
  }
}
