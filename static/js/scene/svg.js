// Writes to the DOM only where something changed.

const NS = "http://www.w3.org/2000/svg";

/**
 * @param {Element} parent @param {string} name @param {Record<string, string | number>} [attributes] @param {string} [text]
 * @returns {SVGElement}
 */
export function add(parent, name, attributes = {}, text) {
  const element = create(name, attributes);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** @param {string} name @param {Record<string, string | number>} [attributes] @returns {any} */
export function create(name, attributes = {}) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  return element;
}

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name @param {string | number | null} value null removes it */
export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** What an element stands for. @type {WeakMap<Element, any>} */
const meant = new WeakMap();

/** @param {Element | null} element */
export const markOf = (element) => (element ? meant.get(element) : undefined);

/** @template T @param {Element} layer @param {(element: any, mark: T) => void} paint */
export function eachMark(layer, paint) {
  for (let element = layer.firstElementChild; element; element = element.nextElementSibling) paint(element, meant.get(element));
}

/**
 * Brings a layer's elements in line with what they stand for, one after the other; those that stand for nothing any more are returned.
 *
 * @template {{key: string}} T
 * @param {Element} layer @param {T[]} marks @param {{cost: number, make: (mark: T) => Element, place: (element: any, mark: T) => void}} kind what a new element costs, in edges
 * @returns {Generator<number, Element[]>} the cost of each
 */
export function* join(layer, marks, { cost, make, place }) {
  const gone = new Map([...layer.children].map((element) => [meant.get(element).key, element]));
  const kept = new Map(marks.map(({ key }) => [key, gone.get(key)]));
  for (const { key } of marks) gone.delete(key);
  const leaving = new Set(gone.values());
  let next = layer.firstElementChild;
  for (const mark of marks) {
    const before = kept.get(mark.key), element = before ?? make(mark);
    meant.set(element, mark);
    place(element, mark);
    while (next && leaving.has(next)) next = next.nextElementSibling;
    if (element === next) next = next.nextElementSibling;
    else layer.insertBefore(element, next);
    yield before ? 0 : cost;
  }
  return [...leaving];
}

/** What an element shows already. @type {WeakMap<Element, unknown[]>} */
const painted = new WeakMap();

/** Whether an element shows all of this already; from now on it does. @param {Element} element @param {unknown[]} state */
export function shows(element, state) {
  const before = painted.get(element);
  painted.set(element, state);
  if (!before) return false;
  for (let i = 0; i < state.length; i++) if (before[i] !== state[i]) return false;
  return true;
}

/** It does not show it after all. @param {Element} element */
export function forgets(element) {
  painted.delete(element);
}

/** As many characters as fit, with an ellipsis. @param {string} text @param {number} most */
export function shorten(text, most) {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
