/**
 * What only a person can allow, asked on pages of the extension's own: that a server receives recordings, once, and
 * which sites a recording may look into. Nothing is sent before the one, nothing recorded before the other.
 */
import { connect } from './connection.js';
import { forget } from './private_values.js';
import { changeSession, currentSession, openSession, startCapturing, stopCapturing } from './sessions.js';
import { approve, giveBack, isApproved, letIn, mayEverySite } from './sites.js';
import { publish, publishAtOnce } from './status.js';

const SERVER = 'pages/approve.html';
const SITES = 'pages/sites.html';
/** A site that is told "not now" may not ask again at once. */
const ASK_AGAIN_AFTER = 5_000;

/** Tabs that are closed by us: that is no answer, and no part of a demonstration. */
const closing = new Set();

/** The tabs that show a page of ours, whatever stands behind its name. */
async function showing(page) {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['TAB'] });
  return contexts.filter(({ documentUrl }) => documentUrl?.startsWith(chrome.runtime.getURL(page)));
}

async function ask(page, question, beside) {
  const url = chrome.runtime.getURL(page + question);
  const [known] = await showing(page);
  if (known) {
    // What was written on the page that is asking already stays there.
    await chrome.tabs.update(known.tabId, { active: true, ...(known.documentUrl !== url && { url }) });
    return;
  }
  // The tab that made us ask may be closed by now.
  const opener = beside === null ? null : await chrome.tabs.get(beside).catch(() => null);
  await chrome.tabs.create({ url, active: true, ...(opener && { openerTabId: opener.id, windowId: opener.windowId }) });
}

const askForServer = (server, beside) => ask(SERVER, `?server=${encodeURIComponent(server)}`, beside);

/** Closes the page that asked, and returns to the tab that made it ask. */
async function finish(page, session) {
  for (const { tabId } of await showing(page)) {
    closing.add(tabId);
    await chrome.tabs.remove(tabId);
  }
  if (session && session.asking_tab !== null) {
    // The asking tab may have been closed meanwhile; then there is nowhere to return to.
    await chrome.tabs.update(session.asking_tab, { active: true }).catch(() => undefined);
  }
}

function ensureOrigin(server) {
  if (!/^https?:\/\/[^/?#@\s]+$/u.test(server) || new URL(server).origin !== server) {
    throw new Error('The server address must look like https://codesight.example.');
  }
}

/** Asks for a server without a session: its pages then find the extension, and pair by themselves. */
export async function invite({ server, tab }) {
  ensureOrigin(server);
  if (await isApproved(server)) throw new Error('This server is allowed already. Load its page again.');
  await askForServer(server, tab);
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
  else await askForServer(server, tab);
  publish();
}

/** The person's answer about a server, from the page that asks or by closing it. */
export async function answerServer({ server, allowed }) {
  const session = await currentSession();
  const waits = session?.phase === 'awaiting_approval' && session.server === server;
  if (allowed) await approve(server);
  else await chrome.storage.session.set({ denied: { server, at: Date.now() } });
  if (waits) await changeSession(session.id, (known) => { known.phase = allowed ? 'paired' : 'ended'; });
  await finish(SERVER, waits ? session : null);
  if (waits && allowed) await connect();
  publish();
}

async function begin(id) {
  await forget();
  await startCapturing(id);
  await publishAtOnce();
}

/**
 * Starts recording, or goes on after a pause; asks for sites first, unless every site is granted.
 * @param {number | null} tab where to return after the answer
 */
export async function start(tab) {
  const session = await currentSession();
  if (session?.phase !== 'paired') throw new Error('Connect to a recording session first.');
  if (session.capturing) return;
  if (session.paused || await mayEverySite()) {
    await letIn();
    await (session.paused ? startCapturing(session.id).then(publishAtOnce) : begin(session.id));
    return;
  }
  await changeSession(session.id, (known) => {
    known.asks_sites = true;
    known.asking_tab = tab;
  });
  await ask(SITES, '', tab);
  publish();
}

/** The person's answer about sites; the browser has granted them by now. */
export async function answerSites({ allowed, keep }) {
  const session = await currentSession();
  if (!session?.asks_sites) return;
  await changeSession(session.id, (known) => {
    // Until it begins it still asks: "not asking, not recording" is how a page knows that the answer was no.
    known.asks_sites = allowed;
    known.keeps_sites = keep;
  });
  if (allowed) await letIn();
  await finish(SITES, session);
  if (allowed) await begin(session.id);
  publish();
}

/** What is done from now on is not noted; sites stay granted, and `start` goes on. */
export async function pause() {
  const session = await currentSession();
  if (!session?.capturing) return;
  await stopCapturing(session.id, true);
  await publishAtOnce();
}

/** Ends a recording and gives back what was granted for it. */
export async function stop() {
  const session = await currentSession();
  if (!session) return;
  if (session.asks_sites) await answerSites({ allowed: false, keep: session.keeps_sites });
  await stopCapturing(session.id, false);
  await forget();
  await publishAtOnce();
  if (!session.keeps_sites) await giveBack();
}

/** A closed page that asked is a "not now"; returns whether the tab was one of ours. */
export async function askingTabClosed(id) {
  if (closing.delete(id)) return true;
  const session = await currentSession();
  if (session?.phase === 'awaiting_approval' && (await showing(SERVER)).length === 0) {
    await answerServer({ server: session.server, allowed: false });
  } else if (session?.asks_sites && (await showing(SITES)).length === 0) {
    await answerSites({ allowed: false, keep: session.keeps_sites });
  }
  return false;
}
