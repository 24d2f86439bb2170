// @ts-check

/**
 * Return the singular for 1, else the plural with the count in place of "#".
 *
 * @param {number} count
 * @param {string} singular
 * @param {string} several
 */
export const plural = (count, singular, several) =>
  count === 1 ? singular : several.replace("#", String(count));
