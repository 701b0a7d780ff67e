// What all views share: the data set, its classes, who decides.

/**
 * @typedef {{id: number, name: string, key: string | null, count: number, color?: string,
 *   supercategory?: string, description?: string, guideline?: string}} Category
 */

export const store = {
  name: "",
  /** What labels are about: `classification` is of whole pictures, all others of things in them. */
  task: "classification",
  /** Tells this data set from others on the same port. */
  key: "",
  reviewer: "",
  /** @type {string | null} */
  version: null,
  images: 0,
  /** @type {Category[]} */
  classes: [],
  /** What can be filtered and sorted by. @type {import("./view.js").Field[]} */
  fields: [],
  /** What the server knows to do. @type {string[]} */
  capabilities: [],
};

const keys = "1234567890";

/** Whether labels are of whole pictures. */
export const ofClasses = () => store.task === "classification";

/** @param {string} name */
export const categoryNamed = (name) => store.classes.find((category) => category.name === name);

/** @param {number} id */
export const categoryOfId = (id) => (store.classes[id - 1]?.id === id ? store.classes[id - 1]
  : store.classes.find((category) => category.id === id));

/**
 * The class of a name; a new name becomes the next class, as the server will make it.
 * @param {string} name
 */
export function ensureCategory(name) {
  const known = categoryNamed(name);
  if (known) return known;
  const id = 1 + Math.max(0, ...store.classes.map((category) => category.id));
  const category = { id, name, key: keys[id - 1] ?? null, count: 0 };
  store.classes.push(category);
  return category;
}

/** @param {any} dataset the answer of `GET /dataset` */
export function fillStore(dataset) {
  const { name, task, key, reviewer, version, classes, counts, fields, capabilities } = dataset;
  Object.assign(store, {
    name, task, key, reviewer, version: version ?? null, images: counts.images,
    fields: fields ?? [], capabilities: capabilities ?? [],
  });
  store.classes = classes.map((/** @type {Category} */ category) => ({
    ...category,
    key: category.key ?? null,
  }));
}
