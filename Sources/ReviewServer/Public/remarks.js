// Flags and comments: what people want looked at again. They change no label.

import { post } from "./api.js";
import { complain, report } from "./bulk.js";
import { button, h, pictures } from "./dom.js";
import { openDialog } from "./keys.js";
import { moment } from "./lists.js";

/** @typedef {{reviewer: string, text: string, at: string}} Comment */

/**
 * Flags pictures, or takes the flags away.
 * @param {number[]} images @param {boolean} on
 * @returns {Promise<boolean>} whether the server has it
 */
export async function setFlag(images, on) {
  try {
    const { changed } = await post("flags", { images, on });
    report(`${on ? "Flagged" : "No longer flagged"}: ${pictures(changed)}`, false);
    dispatchEvent(new Event("decided"));
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/**
 * Asks for a comment on a picture and sends it.
 * @param {number} image @param {(comment: Comment) => void} kept is told of it once the server has it
 */
export function askComment(image, kept) {
  const text = /** @type {HTMLTextAreaElement} */ (h("textarea", {
    rows: "4", maxlength: "4000", "aria-label": "Comment", required: true,
  }));
  const send = async () => {
    if (text.value.trim() === "") return text.focus();
    try {
      const comment = await post(`images/${image}/comments`, { text: text.value.trim() });
      dialog.close();
      report("Comment kept", false);
      kept(comment);
    } catch (error) { complain(error); }
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
  });
  const dialog = openDialog("Comment", text,
    h("p", { class: "actions" }, button("Ctrl+Enter", "keep", () => void send(), "primary")));
  text.focus();
}

/** @param {Comment[]} comments */
export function commentList(comments) {
  return h("ul", { class: "comments" }, ...comments.map(({ reviewer, text, at }) => h("li", {},
    h("p", {}, text),
    h("p", { class: "muted numbers" }, `${reviewer}, ${moment(at)}`))));
}
