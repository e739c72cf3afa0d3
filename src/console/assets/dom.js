/**
 * Makes an element. Everything that comes from elsewhere gets in as text, never as markup.
 * @param {string} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} attributes
 *   left out where undefined or false
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  return finish(document.createElement(tag), attributes, children);
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} attributes
 * @param {...(Node | string | undefined)} children
 */
export function svg(tag, attributes = {}, ...children) {
  return finish(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/**
 * The element of the page with this id.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Replaces what is in an element; what a person has folded open stays so, by `data-key`.
 * @param {Element} parent
 * @param {readonly (Node | string)[]} children
 */
export function fill(parent, children) {
  const open = new Set([...parent.querySelectorAll('details[open]')].map(keyOf));
  const focused = document.activeElement;
  const hadFocus = focused !== null && parent.contains(focused) ? keyOf(focused) : '';
  parent.replaceChildren(...children);
  for (const details of parent.querySelectorAll('details')) {
    if (open.has(keyOf(details))) details.open = true;
  }
  if (hadFocus === '') return;
  const again = [...parent.querySelectorAll('[data-key]')].find((one) => keyOf(one) === hadFocus);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** @param {Element} one */
function keyOf(one) {
  return one.getAttribute('data-key') ?? '';
}

/**
 * @template {Element} One
 * @param {One} made
 * @param {Readonly<Record<string, string | number | boolean | undefined>>} attributes
 * @param {readonly (Node | string | undefined)[]} children
 * @returns {One}
 */
function finish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}
