/** Calls to the product's own API, and patience with bad connections. */

const LONGEST_WAIT = 30_000;
/** Answers that stay the same however often one asks. */
const FINAL = new Set([400, 403, 404, 409, 413, 422]);

/** The server understood and refused; `message` is its sentence for people. */
export class Refused extends Error {
  constructor(status, { code = "error", message = "The server answered with an error.", details = {} } = {}) {
    super(message);
    Object.assign(this, { name: "Refused", status, code, details });
  }

  get final() {
    return FINAL.has(this.status);
  }
}

/**
 * @param {"GET" | "POST"} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @throws {Refused} for an error of the server, TypeError when it cannot be reached
 */
export async function call(method, path, body) {
  const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), credentials: "same-origin" });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said.error);
  return said;
}

/** Waits, but not past the moment when the browser says that it is online again. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
  });
}

/**
 * Tries until it works or the server refuses for good.
 * @template T
 * @param {(attempt: number) => Promise<T>} action
 * @param {(problem: Error | null) => void} onTrouble told of each failure, and with null that it works again
 * @returns {Promise<T>}
 */
export async function persistently(action, onTrouble) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await action(attempt);
      if (attempt > 1) onTrouble(null);
      return result;
    } catch (problem) {
      if (problem.final) throw problem;
      onTrouble(problem);
      await pause(Math.min(LONGEST_WAIT, 500 * 2 ** attempt));
    }
  }
}

/**
 * Moves a session on. An answer that was lost on its way is no reason to fail: then the session is there already.
 * @param {string} session
 * @param {"start" | "stop"} verb
 * @param {string} state the one that the verb leads to
 */
export function moveSession(session, verb, state, body, onTrouble) {
  return persistently(async (attempt) => {
    try {
      return await call("POST", `/api/sessions/${session}/${verb}`, body);
    } catch (problem) {
      if (attempt > 1 && problem.details?.state === state) return null;
      throw problem;
    }
  }, onTrouble);
}
