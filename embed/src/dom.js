/** Make elements of a name, a part and children: nothing from a feed is ever read as markup. */

/** @import { Child } from './types.d.ts' */

/**
 * Return a new element.
 *
 * @param {string} name
 * @param {string} part
 * @param {Child[]} children
 * @param {object} [properties]
 */
export const make = (name, part, children, properties) => {
  const element = Object.assign(document.createElement(name), { part }, properties);
  element.append(.../** @type {Node[]} */ (children.filter((child) => child)));
  return element;
};

/**
 * Say whether an address may be linked to or loaded.
 *
 * @param {unknown} url
 * @returns {url is string}
 */
export const isWeb = (url) => /^https?:/i.test(/** @type {string} */ (url));
