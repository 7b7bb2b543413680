/** Nothing is sent to a server before the person said yes to it, on a page of the extension's own. */
import { connect } from './connection.js';
import { changeSession, currentSession, openSession } from './sessions.js';
import { publish } from './status.js';

const PAGE = 'pages/approve.html';
/** A site that is told "not now" may not ask again at once. */
const ASK_AGAIN_AFTER = 5_000;

/** @returns {Promise<boolean>} */
export async function isApproved(server) {
  const { approved = [] } = await chrome.storage.local.get('approved');
  return approved.includes(server);
}

async function askingTabs() {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['TAB'] });
  return contexts.filter((context) => context.documentUrl === chrome.runtime.getURL(PAGE)).map((context) => context.tabId);
}

async function ask(beside) {
  const [open] = await askingTabs();
  if (open !== undefined) await chrome.tabs.update(open, { active: true });
  else await chrome.tabs.create({ url: PAGE, active: true, ...(beside !== null && { openerTabId: beside }) });
}

/**
 * Pairs this browser with a recording session, after asking if the server is new.
 * @param {{server: string, session: string, ticket: string | null, tab: number | null}} wanted `server` is an origin
 * @throws {Error} with a sentence for people
 */
export async function pair({ server, session, ticket, tab }) {
  if (!/^https?:\/\/[^/?#@\s]+$/u.test(server) || new URL(server).origin !== server) {
    throw new Error('The server address must look like https://codesight.example.');
  }
  if (!/^\w{1,64}$/u.test(session)) throw new Error('A session id has only letters, digits and _.');
  const current = await currentSession();
  if (current?.capturing && current.id !== session) throw new Error('Stop the running recording first.');
  const approved = await isApproved(server);
  const { denied } = await chrome.storage.session.get('denied');
  if (!approved && denied?.server === server && Date.now() - denied.at < ASK_AGAIN_AFTER) return;
  await openSession({ id: session, server, ticket, approved, asking_tab: tab });
  if (approved) await connect();
  else await ask(tab);
  publish();
}

/** The person's answer, from the approval page or by closing it. */
export async function answer(allowed) {
  const session = await currentSession();
  if (session?.phase !== 'awaiting_approval') return;
  if (allowed) {
    const { approved = [] } = await chrome.storage.local.get('approved');
    await chrome.storage.local.set({ approved: [...new Set([...approved, session.server])] });
  } else {
    await chrome.storage.session.set({ denied: { server: session.server, at: Date.now() } });
  }
  await changeSession(session.id, (known) => {
    known.phase = allowed ? 'paired' : 'ended';
  });
  for (const tab of await askingTabs()) await chrome.tabs.remove(tab);
  if (session.asking_tab !== null) {
    // The asking tab may have been closed meanwhile; then there is nowhere to return to.
    await chrome.tabs.update(session.asking_tab, { active: true }).catch(() => undefined);
  }
  if (allowed) await connect();
  publish();
}

/** A closed approval page is a "not now". */
export async function approvalPageClosed() {
  const session = await currentSession();
  if (session?.phase === 'awaiting_approval' && (await askingTabs()).length === 0) await answer(false);
}
