/** Keeps a conversation going with whichever session has something to say, for as long as there is one. */
import { deviceId } from './device.js';
import * as outbox from './outbox.js';
import { changeSession, notice, sessionById, sessionToServe } from './sessions.js';
import { converse } from './socket.js';
import { publish } from './status.js';
import { fetchTicket } from './tickets.js';

const ALARM = 'revive';
const RETRY_FIRST = 500;
const RETRY_LONGEST = 30_000;

/** @type {{id: string, ticket: string, open: boolean, talk: {push: Function, stop: Function}} | null} */
let link = null;
let retryTimer = null;
let failures = 0;
let working = Promise.resolve();

/** Milliseconds before the next try; spread, so that a thousand browsers do not return in the same instant. */
export function retryDelay(failed, random = Math.random()) {
  return Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** Math.min(failed, 10)) * (0.5 + random / 2);
}

/** @returns {boolean} whether the session's events are flowing right now */
export function isOpen(sessionId) {
  return link?.id === sessionId && link.open;
}

/** Whether nothing was heard of the server for at least one try. */
export function isFailing() {
  return failures > 0;
}

async function refuse(id, error) {
  await changeSession(id, (session) => {
    // A session that was recorded and delivered is simply over.
    const delivered = session.ended_at && session.acknowledged >= session.captured;
    session.phase = delivered ? 'ended' : 'refused';
    session.error = delivered ? null : error;
  });
}

function retryLater() {
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, retryDelay(failures));
  failures += 1;
}

/** @returns {Promise<boolean>} whether there is a ticket to try with */
async function renewTicket(id, server) {
  const got = await fetchTicket(server, id);
  if (got.ticket) await changeSession(id, (session) => { session.ticket = got.ticket; });
  else if (got.refused) await refuse(id, got.refused);
  else await changeSession(id, (session) => { session.error = got.unreachable; });
  return Boolean(got.ticket);
}

async function ended(id, { opened, code, final }) {
  if (link?.id === id) link = null;
  if (code === 1000) return;
  if (final) {
    await refuse(id, final);
    connect();
  } else if (opened) {
    retryLater();
  } else {
    // The browser does not tell a refused ticket from a dead server: the ticket's own address does.
    const session = await sessionById(id);
    if (session) await renewTicket(id, session.server);
    retryLater();
  }
  publish();
}

/** The alarm wakes a stopped worker; without anything to do it would wake it for nothing. */
async function keepAlarm(wanted) {
  if (!wanted) await chrome.alarms.clear(ALARM);
  else if (!await chrome.alarms.get(ALARM)) await chrome.alarms.create(ALARM, { periodInMinutes: 0.5 });
}

async function makeLink() {
  const session = await sessionToServe();
  await keepAlarm(session !== null);
  if (link && link.id === session?.id && link.ticket === session.ticket) return;
  link?.talk.stop();
  link = null;
  if (!session) return;
  if (!session.ticket && !await renewTicket(session.id, session.server)) {
    retryLater();
    return;
  }
  const { id, server, ticket } = await sessionById(session.id);
  const device = await deviceId();
  const mine = { id, ticket, open: false, talk: null };
  link = mine;
  mine.talk = converse({
    session: { id, server, ticket },
    version: chrome.runtime.getManifest().version,
    device,
    outbox,
    onNotice: (text) => notice(id, text).then(publish),
    async onChange(state) {
      if (state === 'open') {
        mine.open = true;
        failures = 0;
        await changeSession(id, (known) => { known.error = null; });
      }
      // An older session was only reconnected to deliver its rest: move on once that is done.
      if (state === 'progress' && await outbox.waiting(id) === 0) connect();
      publish();
    },
    onEnd: (end) => (link === mine || !link) && ended(id, end),
  });
}

/** Makes sure that there is a conversation if there should be one; safe to call at any time. */
export function connect() {
  clearTimeout(retryTimer);
  working = working.then(makeLink).catch((error) => {
    console.error('connect_failed', error);
    retryLater();
  }).then(publish);
  return working;
}

/** Tells the conversation that events were written down. */
export function eventsWaiting(sessionId, urgent) {
  if (link?.id === sessionId) link.talk.push(urgent);
}
