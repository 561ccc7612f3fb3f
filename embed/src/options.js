/** Read what the attributes ask for, and write the address that has it. */

/**
 * Return an attribute as a whole number: at most `high`, and `usual` where it is no number, or nothing.
 *
 * @param {any} text
 * @param {number} high
 * @param {number} [usual]
 */
export const number = (text, high, usual) => Math.min(text >>> 0, high) || /** @type {number} */ (usual);

/**
 * Return the words of a comma-separated list, in one order, so that caches meet one spelling.
 *
 * @param {string} [text]
 */
export const list = (text = '') => text.split(/\s*,\s*/).sort();

/**
 * Return the query of an address: what is empty is left out, the keys stay in their order, and so do commas.
 *
 * @param {Record<string, any>} query
 */
export const search = (query) =>
  Object.entries(query)
    .map(
      ([key, value]) =>
        value && value + '' && key + '=' + encodeURIComponent(value).replaceAll('%2C', ','),
    )
    .filter((pair) => pair)
    .join('&');
