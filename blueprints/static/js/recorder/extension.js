/** The line to the browser extension: see "Pairing a page" in docs/protocol.md. */

const ASK_EVERY = 2000;
const FIRST_ANSWER = 800;

/**
 * @typedef {{version: string, state: string, session: string | null, pending: number, sent: number, error: string | null}} Status
 */

/**
 * @param {(status: Status | null) => void} onStatus told whenever something is heard; null when nothing answers
 */
export function talkToExtension(onStatus) {
  /** @type {Status | null} */
  let latest = null;
  let answered = true;
  const waiting = new Set();

  const ask = (type, more = {}) => window.postMessage({ source: "codesight-page", type, ...more }, location.origin);

  function hear({ source, origin, data }) {
    if (source !== window || origin !== location.origin || data?.source !== "codesight-extension") return;
    answered = true;
    latest = data;
    onStatus(latest);
    waiting.forEach((look) => look());
  }

  function check() {
    if (!answered) {
      latest = null;
      onStatus(null);
    }
    answered = false;
    ask("status");
  }

  window.addEventListener("message", hear);
  ask("status");
  answered = false;
  setTimeout(check, FIRST_ANSWER);
  setInterval(check, ASK_EVERY);

  return {
    ask,
    get latest() { return latest; },
    /**
     * @param {(status: Status) => boolean} wanted
     * @param {number} patience milliseconds
     * @param {() => void} [again] repeated while waiting: an extension that was asleep may have missed it
     * @returns {Promise<boolean>} whether it came true in time
     */
    until(wanted, patience, again = () => ask("status")) {
      return new Promise((resolve) => {
        const end = (result) => {
          waiting.delete(look);
          clearTimeout(timeout);
          clearInterval(asking);
          resolve(result);
        };
        const look = () => latest && wanted(latest) && end(true);
        const timeout = setTimeout(end, patience, false);
        const asking = setInterval(again, ASK_EVERY);
        waiting.add(look);
        look();
      });
    },
  };
}
