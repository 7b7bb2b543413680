/** Events are written down before they are sent, and forgotten when the server has them. */
import { database, keysOf } from './database.js';

const STORES = ['sessions', 'outbox', 'journal'];
const BATCH_LIMIT = 200;
const FRAME_BYTES = 200 * 1024;

/** Writing is a queue of its own: events must be numbered in the order in which they arrived. */
let writing = Promise.resolve();

async function write(sessionId, events) {
  const tx = (await database()).transaction(STORES, 'readwrite');
  const [sessions, outbox, journal] = STORES.map((name) => tx.objectStore(name));
  const session = await sessions.get(sessionId);
  let written = 0;
  if (session?.capturing) {
    for (const event of events) {
      // A content script repeats what was not confirmed; the first copy may have arrived all the same.
      if (await journal.index('client_event_id').getKey(event.client_event_id)) continue;
      const row = { session: sessionId, seq: session.next_seq, event: { ...event, seq: session.next_seq } };
      session.next_seq += 1;
      session.captured += 1;
      written += 1;
      await outbox.put(row);
      await journal.put(row);
    }
    if (written) await sessions.put(session);
  }
  await tx.done;
  return written;
}

/**
 * Numbers events and stores them, all or none.
 * @returns {Promise<number>} how many were new; 0 too when the session is not capturing
 */
export function append(sessionId, events) {
  const done = writing.then(() => write(sessionId, events));
  writing = done.catch(() => undefined);
  return done;
}

/** The next events behind `after` that fit one frame, in order. */
export async function pending(sessionId, after) {
  const rows = await (await database()).getAll('outbox', keysOf(sessionId, after), BATCH_LIMIT);
  const events = [];
  let bytes = 0;
  for (const { event } of rows) {
    bytes += new TextEncoder().encode(JSON.stringify(event)).length + 1;
    if (events.length && bytes > FRAME_BYTES) break;
    events.push(event);
  }
  return events;
}

/** How many events wait for their acknowledgement. */
export async function waiting(sessionId) {
  return (await database()).count('outbox', keysOf(sessionId));
}

/** Forgets everything up to `seq`: the server has it. */
export async function acknowledge(sessionId, seq) {
  // Connected again before the first event: to IndexedDB a range without keys is an error.
  if (seq < 1) return;
  const tx = (await database()).transaction(['sessions', 'outbox'], 'readwrite');
  const range = keysOf(sessionId, 0, seq);
  const outbox = tx.objectStore('outbox');
  const done = await outbox.count(range);
  await outbox.delete(range);
  const session = await tx.objectStore('sessions').get(sessionId);
  if (session && done) {
    session.acknowledged += done;
    await tx.objectStore('sessions').put(session);
  }
  await tx.done;
}

/** Moves a session's rows in one store behind `by` numbers; from the last, so that none meets another. */
async function shift(store, sessionId, by) {
  for (let cursor = await store.openCursor(keysOf(sessionId), 'prev'); cursor; cursor = await cursor.continue()) {
    const { seq, event } = cursor.value;
    // Out before in: an event's own id may be in the journal only once.
    await cursor.delete();
    await store.put({ session: sessionId, seq: seq + by, event: { ...event, seq: seq + by } });
  }
}

/**
 * Squares our numbers with the server's. What it has is forgotten. A fresh profile meets a session that another one
 * began: everything written down here so far is new to the server and moves behind `lastSeq`.
 */
export async function resume(sessionId, lastSeq) {
  const tx = (await database()).transaction(STORES, 'readwrite');
  const [sessions, outbox, journal] = STORES.map((name) => tx.objectStore(name));
  const session = await sessions.get(sessionId);
  const known = session?.synced;
  if (session && !known) {
    if (lastSeq > 0) {
      await shift(outbox, sessionId, lastSeq);
      await shift(journal, sessionId, lastSeq);
    }
    session.next_seq += lastSeq;
    session.synced = true;
    await sessions.put(session);
  } else if (session && session.next_seq <= lastSeq) {
    session.next_seq = lastSeq + 1;
    await sessions.put(session);
  }
  await tx.done;
  if (known) await acknowledge(sessionId, lastSeq);
}

/** Every event of the session's journal, in order. */
export async function journalOf(sessionId) {
  const rows = await (await database()).getAll('journal', keysOf(sessionId));
  return rows.map((row) => row.event);
}

/** The last `limit` events of the journal, newest first. */
export async function latest(sessionId, limit) {
  const found = [];
  const tx = (await database()).transaction('journal');
  let cursor = await tx.store.openCursor(keysOf(sessionId), 'prev');
  for (; cursor && found.length < limit; cursor = await cursor.continue()) found.push(cursor.value.event);
  return found;
}
