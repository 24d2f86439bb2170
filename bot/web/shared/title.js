/** The number of unread messages in front of the page's title: "(1) Almacenes Alborada". */

const BADGE = /^\(\d+\) /;

export function badgeTitle(count) {
  const title = document.title.replace(BADGE, "");
  document.title = count ? `(${count}) ${title}` : title;
}
