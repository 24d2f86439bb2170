// @ts-check

const BADGE = /^\(\d+\) /;

/**
 * Put a number in front of the page's title, "(1) Almacenes Alborada"; 0 removes it.
 *
 * @param {number} count
 */
export function badgeTitle(count) {
  const title = document.title.replace(BADGE, "");
  document.title = count ? `(${count}) ${title}` : title;
}
