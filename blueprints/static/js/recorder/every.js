/**
 * Does something again and again, also while the page is in the background, where recording happens: a browser wakes
 * such a page's own timers once a second, and after five minutes once a minute. A worker's it leaves alone.
 * @param {number} milliseconds
 * @param {() => void} act
 * @returns {() => void} ends it
 */
export function every(milliseconds, act) {
  const ticks = new Worker(new URL("./ticks.js", import.meta.url));
  ticks.onmessage = act;
  ticks.postMessage(milliseconds);
  return () => ticks.terminate();
}
