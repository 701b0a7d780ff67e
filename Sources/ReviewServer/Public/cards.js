// A grid of a few tiles: arrows move in it, Tab reaches one of them.

/** The next place in a grid of tiles by an arrow key; null where there is none. @param {HTMLElement[]} tiles @param {number} index @param {string} key */
export function stepIn(tiles, index, key) {
  const top = tiles[0]?.offsetTop;
  const columns = Math.max(1, tiles.findIndex((tile) => tile.offsetTop !== top) === -1 ? tiles.length : tiles.findIndex((tile) => tile.offsetTop !== top));
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0;
  const next = index + step;
  return next >= 0 && next < tiles.length ? next : null;
}

/** Only one tile is reached by Tab: the chosen one. @param {HTMLElement[]} tiles @param {number} index */
export function rove(tiles, index) {
  tiles.forEach((tile, place) => { tile.tabIndex = place === index ? 0 : -1; });
}
