/** Which addresses are recorded: every shop, but not the recorder's own pages. */
const PRACTICE = '/practice-shop/';

/**
 * @param {string | undefined} url
 * @param {string | null} server origin of the paired server
 */
export function isRecorded(url, server) {
  if (!url || !/^https?:/u.test(url)) return false;
  const { origin, pathname } = new URL(url);
  return origin !== server || pathname.startsWith(PRACTICE);
}
