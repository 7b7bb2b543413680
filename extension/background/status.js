/** How the recording stands, in one object for the recorder page, the popup and the badge. */
import { showBadge } from './badge.js';
import { isFailing, isOpen } from './connection.js';
import { waiting } from './outbox.js';
import { currentSession } from './sessions.js';

const PUBLISH_EVERY = 200;
let timer = null;

/**
 * The one word of docs/protocol.md for where a session stands.
 * @param {import('./sessions.js').Session | null} session
 * @param {{open: boolean, failing: boolean}} link
 */
export function stateOf(session, { open, failing }) {
  if (!session || session.phase === 'ended') return 'unpaired';
  if (session.phase !== 'paired') return session.phase;
  if (session.asks_sites) return 'awaiting_approval';
  if (open) return session.capturing ? 'recording' : 'connected';
  return failing ? 'offline' : 'connecting';
}

/** @returns {Promise<object>} the status message without its envelope, plus what only the popup shows */
export async function status() {
  const session = await currentSession();
  const link = session ? { open: isOpen(session.id), failing: isFailing() } : { open: false, failing: false };
  return {
    version: chrome.runtime.getManifest().version,
    state: stateOf(session, link),
    session: session?.id ?? null,
    pending: session ? await waiting(session.id) : 0,
    sent: session?.acknowledged ?? 0,
    error: session?.error ?? null,
    server: session?.server ?? null,
    capturing: session?.capturing ?? false,
    paused: session?.paused ?? false,
    captured: session?.captured ?? 0,
    started_at: session?.started_at ?? null,
    ended_at: session?.ended_at ?? null,
    notices: session?.notices ?? [],
  };
}

/** Content scripts read both keys: `capture` decides whether they record, `status` is passed on to the recorder page. */
async function publishNow() {
  const now = await status();
  const { notices, ...shared } = now;
  await chrome.storage.local.set({
    capture: { on: now.capturing, server: now.server },
    status: { ...shared, notices: notices.length },
  });
  await showBadge(now);
}

/** Publishes soon; many changes in a row make one message. */
export function publish() {
  timer ??= setTimeout(() => {
    timer = null;
    publishNow();
  }, PUBLISH_EVERY);
}

/** Publishes at once: the next page must know whether it is recorded. */
export async function publishAtOnce() {
  clearTimeout(timer);
  timer = null;
  await publishNow();
}
