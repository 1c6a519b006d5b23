// Each column and each bundle of connections is one stop of the Tab key; Up and Down move inside it.

/** @param {Element} world */
export function rove(world) {
  world.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event);
    const by = { ArrowUp: -1, ArrowDown: 1 }[key], at = /** @type {Element} */ (event.target).closest("[data-stop]");
    if (!by || !at) return;
    event.preventDefault();
    event.stopPropagation();
    const list = /** @type {SVGElement[]} */ ([...world.querySelectorAll(`[data-stop="${at.getAttribute("data-stop")}"]`)]);
    const next = list[list.indexOf(/** @type {SVGElement} */ (at)) + by];
    if (!next) return;
    stop(list, next);
    next.focus();
  });
}

/** One element of each stop can be reached by Tab: the one that had the focus last, or the first. @param {Element} layer @param {(element: Element) => string | null} stopOf null: out of reach */
export function tabStops(layer, stopOf) {
  /** @type {Map<string, Element[]>} */
  const stops = new Map();
  for (const element of layer.children) {
    const name = stopOf(element);
    if (name === null) continue;
    element.setAttribute("data-stop", name);
    stops.set(name, [...(stops.get(name) ?? []), element]);
  }
  for (const list of stops.values()) stop(list, list.find((element) => element.getAttribute("tabindex") === "0") ?? list[0]);
}

/** @param {Element[]} list @param {Element} one */
function stop(list, one) {
  for (const element of list) element.setAttribute("tabindex", element === one ? "0" : "-1");
}
