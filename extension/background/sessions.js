/**
 * The recording sessions this browser was paired with, and what may happen to one.
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {string} server origin
 * @property {string | null} ticket
 * @property {'awaiting_approval' | 'paired' | 'refused' | 'ended'} phase
 * @property {boolean} capturing
 * @property {boolean} paused begun, and not capturing for now
 * @property {boolean} asks_sites a page of ours asks which sites may be recorded
 * @property {boolean} keeps_sites they stay granted when the recording ends
 * @property {number} next_seq the number the next event gets
 * @property {boolean} synced this browser has heard the server's last_seq for it
 * @property {number} captured events written down here
 * @property {number} acknowledged
 * @property {number | null} started_at Unix milliseconds
 * @property {number | null} ended_at
 * @property {number | null} asking_tab the tab to return to after an answer
 * @property {string | null} error a sentence for people
 * @property {{at: number, text: string}[]} notices newest last
 */
import { database, keysOf } from './database.js';

const NOTICES_KEPT = 20;

/** @returns {Promise<Session | null>} */
export async function currentSession() {
  const db = await database();
  const id = await db.get('settings', 'current');
  return (id && await db.get('sessions', id)) ?? null;
}

/** @returns {Promise<Session | null>} */
export async function sessionById(id) {
  return (await (await database()).get('sessions', id)) ?? null;
}

/**
 * Changes a session in one transaction.
 * @param {string} id
 * @param {(session: Session) => void} change
 * @returns {Promise<Session | null>} null when there is no such session any more
 */
export async function changeSession(id, change) {
  const tx = (await database()).transaction('sessions', 'readwrite');
  const session = await tx.store.get(id);
  if (session) {
    change(session);
    await tx.store.put(session);
  }
  await tx.done;
  return session ?? null;
}

/** Adds a line that the popup's activity log shows. */
export function notice(id, text) {
  return changeSession(id, (session) => {
    session.notices = [...session.notices, { at: Date.now(), text }].slice(-NOTICES_KEPT);
  });
}

/**
 * Makes `id` the session the person works on. A session this browser knows keeps its numbers and what waits.
 * @param {{id: string, server: string, ticket: string | null, approved: boolean, asking_tab: number | null}} wanted
 */
export async function openSession({ id, server, ticket, approved, asking_tab }) {
  const tx = (await database()).transaction(['sessions', 'settings', 'outbox', 'journal'], 'readwrite');
  const sessions = tx.objectStore('sessions');
  const known = await sessions.get(id);
  const fresh = {
    id, server, ticket: null, phase: 'paired', capturing: false, paused: false, asks_sites: false, keeps_sites: false,
    next_seq: 1, synced: false, captured: 0, acknowledged: 0,
    started_at: null, ended_at: null, asking_tab: null, error: null, notices: [],
  };
  // The same id at another server is another session: what was recorded for one server never goes to another.
  const session = known?.server === server ? known : fresh;
  if (known && session === fresh) {
    await tx.objectStore('outbox').delete(keysOf(id));
    await tx.objectStore('journal').delete(keysOf(id));
  }
  Object.assign(session, {
    ticket: ticket ?? session.ticket, phase: approved ? 'paired' : 'awaiting_approval', asking_tab, error: null,
  });
  await sessions.put(session);
  await tx.objectStore('settings').put(id, 'current');
  await tx.done;
}

/** Starts capturing; the journal of an earlier session ends here. */
export async function startCapturing(id) {
  await changeSession(id, (session) => {
    session.capturing = true;
    session.paused = session.asks_sites = false;
    session.started_at ??= Date.now();
    session.ended_at = null;
  });
  const tx = (await database()).transaction('journal', 'readwrite');
  for (let cursor = await tx.store.openCursor(); cursor; cursor = await cursor.continue()) {
    if (cursor.value.session !== id) await cursor.delete();
  }
  await tx.done;
}

/** @param {boolean} paused it shall go on later */
export function stopCapturing(id, paused) {
  return changeSession(id, (session) => {
    if ((session.capturing || session.paused) && !paused) session.ended_at = Date.now();
    session.capturing = false;
    session.paused = paused;
  });
}

/** Sessions that still have something to deliver, the current one last: old work must not be lost to new. */
export async function sessionToServe() {
  const db = await database();
  const current = await currentSession();
  for (const session of await db.getAll('sessions')) {
    if (session.id === current?.id || session.phase !== 'paired') continue;
    if (await db.count('outbox', keysOf(session.id)) > 0) return session;
  }
  return current?.phase === 'paired' ? current : null;
}
