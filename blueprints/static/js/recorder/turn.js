/** One tab of a browser at a time. */

/**
 * @param {string} what is done by one tab
 * @returns {Promise<boolean>} whether this tab is the one, for as long as it is open
 */
export function takeTurn(what) {
  return new Promise((resolve) => {
    const forAsLongAsThePageIsOpen = () => new Promise(() => resolve(true));
    // A page that is being reloaded lets go a moment later than the new one asks.
    const patience = { signal: AbortSignal.timeout(2000) };
    navigator.locks.request(what, patience, forAsLongAsThePageIsOpen).catch(() => resolve(false));
  });
}
