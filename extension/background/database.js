/**
 * What the extension remembers. A service worker is stopped whenever the browser likes, so nothing that matters
 * is kept in a variable.
 *
 * sessions  one record for each recording session this browser was paired with, by id
 * outbox    masked events that the server has not acknowledged yet, by [session, seq]
 * journal   masked events of the newest recording, kept until the next one starts, by [session, seq]
 * settings  `current`: the id of the session the person works on
 */
import { openDB } from '../vendor/idb.js';

const SESSION_RANGE = (session) => IDBKeyRange.bound([session, 0], [session, Infinity]);

let opened = null;

/** @returns {Promise<import('../vendor/idb.js').IDBPDatabase>} */
export function database() {
  opened ??= openDB('codesight', 1, {
    upgrade(db) {
      db.createObjectStore('sessions', { keyPath: 'id' });
      db.createObjectStore('settings');
      db.createObjectStore('outbox', { keyPath: ['session', 'seq'] });
      db.createObjectStore('journal', { keyPath: ['session', 'seq'] })
        .createIndex('client_event_id', 'event.client_event_id', { unique: true });
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** All keys of one session, or those behind `after` up to and including `upTo`. */
export function keysOf(session, after = 0, upTo = Infinity) {
  if (after === 0 && upTo === Infinity) return SESSION_RANGE(session);
  return IDBKeyRange.bound([session, after], [session, upTo], true, false);
}
