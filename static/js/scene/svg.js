// Writes to the DOM only where something changed.

const NS = "http://www.w3.org/2000/svg";

/**
 * @param {Element} parent @param {string} name @param {Record<string, string | number>} [attributes] @param {string} [text]
 * @returns {SVGElement}
 */
export function add(parent, name, attributes = {}, text) {
  const element = document.createElementNS(NS, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return /** @type {SVGElement} */ (element);
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

/** The marks of a layer as they were joined last: to ask the document for them in every step costs more than to paint them. @type {WeakMap<Element, any[]>} */
const joined = new WeakMap();

/** @param {any} layer @param {any} selection */
export function keepMarks(layer, selection) {
  joined.set(layer.node(), selection.nodes());
}

/** @template T @param {any} layer @param {(element: any, mark: T) => void} paint */
export function eachMark(layer, paint) {
  for (const element of joined.get(layer.node()) ?? []) paint(element, element.__data__);
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
