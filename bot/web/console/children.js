// @ts-check
/** Updates of an element's children that leave alone what did not change. */

/** @type {WeakMap<Element, string>} the item that an element was built from, as JSON */
const builtFrom = new WeakMap();

/**
 * Make `parent` hold one element for each item, in order. The element of an unchanged item stays, so that
 * nothing flickers, is read aloud twice, or loses the focus.
 *
 * @template Item
 * @param {Element} parent
 * @param {Item[]} items
 * @param {(item: Item) => number} keyOf
 * @param {(item: Item) => HTMLElement} build
 */
export function renderList(parent, items, keyOf, build) {
  const children = /** @type {HTMLElement[]} */ ([...parent.children]);
  const existing = new Map(children.map((child) => [child.dataset.key, child]));
  const nodes = items.map((item) => {
    const key = String(keyOf(item));
    const json = JSON.stringify(item);
    const before = existing.get(key);
    if (before && builtFrom.get(before) === json) return before;
    const node = build(item);
    node.dataset.key = key;
    builtFrom.set(node, json);
    if (before) keepFocus(before, node);
    return node;
  });
  setChildren(parent, nodes);
}

/**
 * Make `parent` hold just these elements. Only those in the wrong place are moved: what moves is read aloud
 * again.
 *
 * @param {Element} parent
 * @param {Element[]} nodes
 */
export function setChildren(parent, nodes) {
  const kept = new Set(nodes);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

/**
 * If the focus is inside `before`, move it to the same kind of element inside `after`.
 *
 * @param {HTMLElement} before
 * @param {HTMLElement} after
 */
function keepFocus(before, after) {
  const focused = document.activeElement;
  if (!focused || !before.contains(focused)) return;
  const tag = focused.tagName.toLowerCase();
  queueMicrotask(() => {
    /** @type {HTMLElement | null} */
    const target = after.querySelector(tag);
    target?.focus({ preventScroll: true });
  });
}
