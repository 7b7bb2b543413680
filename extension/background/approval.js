/** Nothing is sent to a server before the person said yes to it, on a page of the extension's own. */
import { ask, finish, isGone } from './asking.js';
import { connect } from './connection.js';
import { changeSession, currentSession, openSession } from './sessions.js';
import { approve, isApproved } from './sites.js';
import { publish } from './status.js';

const PAGE = 'pages/approve.html';
/** A site that is told "not now" may not ask again at once. */
const ASK_AGAIN_AFTER = 5_000;

const askFor = (server, beside) => ask(PAGE, `?server=${encodeURIComponent(server)}`, beside);

function ensureOrigin(server) {
  if (!/^https?:\/\/[^/?#@\s]+$/u.test(server) || new URL(server).origin !== server) {
    throw new Error('The server address must look like https://codesight.example.');
  }
}

/** Asks for a server without a session: its pages then find the extension, and pair by themselves. */
export async function invite({ server, tab }) {
  ensureOrigin(server);
  if (await isApproved(server)) throw new Error('This server is allowed already. Load its page again.');
  await askFor(server, tab);
}

/**
 * Pairs this browser with a recording session, after asking if the server is new.
 * @param {{server: string, session: string, ticket: string | null, tab: number | null}} wanted `server` is an origin
 * @throws {Error} with a sentence for people
 */
export async function pair({ server, session, ticket, tab }) {
  ensureOrigin(server);
  if (!/^\w{1,64}$/u.test(session)) throw new Error('A session id has only letters, digits and _.');
  const current = await currentSession();
  if ((current?.capturing || current?.paused) && current.id !== session) throw new Error('Stop the running recording first.');
  const approved = await isApproved(server);
  const { denied } = await chrome.storage.session.get('denied');
  if (!approved && denied?.server === server && Date.now() - denied.at < ASK_AGAIN_AFTER) return;
  await openSession({ id: session, server, ticket, approved, asking_tab: tab });
  if (approved) await connect();
  else await askFor(server, tab);
  publish();
}

/** The person's answer about a server, from the page that asks or by closing it. */
export async function answerServer({ server, allowed }) {
  const session = await currentSession();
  const waits = session?.phase === 'awaiting_approval' && session.server === server;
  if (allowed) await approve(server);
  else await chrome.storage.session.set({ denied: { server, at: Date.now() } });
  if (waits) await changeSession(session.id, (known) => { known.phase = allowed ? 'paired' : 'ended'; });
  await finish(PAGE, waits ? session : null);
  if (waits && allowed) await connect();
  publish();
}

/** A closed page is a "not now". */
export async function approvalPageClosed() {
  const session = await currentSession();
  if (session?.phase === 'awaiting_approval' && await isGone(PAGE)) await answerServer({ server: session.server, allowed: false });
}
