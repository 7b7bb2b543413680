/** Sends one file of a recording while it is being made: equal parts, each to a fresh signed address. */
import { call, persistently } from "./api.js";

/**
 * @typedef {object} Plan
 * @property {string} session
 * @property {"screen" | "microphone"} kind
 * @property {string} contentType
 * @property {number} partSize bytes of every part but the last
 * @property {import("./store.js").Store} store where chunks are kept until the recording is submitted
 * @property {() => void} onChange more was recorded or has arrived
 * @property {(problem: Error | null) => void} onTrouble the connection fails, or works again
 * @property {(problem: Error) => void} onUnkept this browser cannot keep a copy
 */

/**
 * @param {Plan} plan
 * @param {{size: number, parts: number, complete: boolean, rest: Blob}} [earlier] what a closed page left behind
 */
export function uploadFile(plan, earlier = { size: 0, parts: 0, complete: false, rest: new Blob() }) {
  const { session, kind, contentType, partSize, store, onChange, onTrouble, onUnkept } = plan;
  let { size, parts, complete, rest } = earlier;
  let sent = complete ? size : parts * partSize;
  let ended = false;
  let wake = () => {};
  let running = null;

  /** @returns {Promise<boolean>} false when the server has the whole file already */
  async function sendPart(part) {
    const wanted = { session, kind, content_type: contentType, part_number: parts + 1, size: part.size };
    let target;
    try {
      target = await call("POST", "/api/upload/url", wanted);
    } catch (problem) {
      if (problem.code === "upload_complete") return false;
      throw problem;
    }
    // It came, and the answer was lost or the page was closed before it was written down.
    if (target.received.some(({ part_number: number, size: bytes }) => number === parts + 1 && bytes === part.size)) return true;
    const answer = await fetch(target.url, { method: target.method, headers: target.headers, body: part });
    if (!answer.ok) throw new Error(`The storage answered ${answer.status}.`);
    return true;
  }

  async function sendNext(bytes) {
    const part = rest.slice(0, bytes);
    if (!await persistently(() => sendPart(part), onTrouble)) {
      rest = new Blob();
      return;
    }
    parts += 1;
    sent += part.size;
    rest = rest.slice(bytes);
    await store.acknowledge(session, kind, parts).catch(onUnkept);
    onChange();
  }

  async function run() {
    while (!ended || rest.size > 0) {
      if (rest.size >= partSize || (ended && rest.size > 0)) await sendNext(Math.min(partSize, rest.size));
      else await new Promise((resolve) => { wake = resolve; });
    }
    await persistently(() => call("POST", "/api/upload/complete", { session, kind, size }), onTrouble);
    complete = true;
    sent = size;
    await store.complete(session, kind).catch(onUnkept);
    onChange();
  }

  return {
    get sent() { return sent; },
    get size() { return size; },
    get complete() { return complete; },
    /** @param {Blob} chunk the next bytes of the file */
    add(chunk) {
      store.add(session, kind, size, chunk).catch(onUnkept);
      size += chunk.size;
      rest = new Blob([rest, chunk]);
      onChange();
      wake();
    },
    /** Nothing more will come. */
    end() {
      ended = true;
      wake();
    },
    /** Sends until the file is whole on the server; after a refusal it can be called again. */
    run() {
      if (complete) return Promise.resolve();
      running ??= run().finally(() => { running = null; });
      return running;
    },
  };
}
