/** The service worker: who may ask it for what. Everything it must remember is in database.js. */
import { answerServer, approvalPageClosed, invite, pair } from './approval.js';
import { wasClosedByUs } from './asking.js';
import { connect, eventsWaiting } from './connection.js';
import { append, journalOf, latest } from './outbox.js';
import { remember, withoutPrivate } from './private_values.js';
import { answerSites, pause, sitesPageClosed, start, stop } from './recording.js';
import { isRecorded } from './scope.js';
import { sessionDocument } from './session_document.js';
import { changeSession, currentSession } from './sessions.js';
import { giveBack, isApproved, letIn, mayLookInto, sites } from './sites.js';
import { publish, status } from './status.js';
import { concerns, tabEvent, watchTabs } from './tabs.js';

const LOG_LINES = 20;
/** A delivered recording keeps its connection this long, in case the person goes on with it. */
const IDLE_LIMIT = 15 * 60_000;
const URGENT = new Set(['navigation', 'submit', 'tab_closed']);

async function record(session, events) {
  const written = await append(session.id, await withoutPrivate(events));
  if (!written) return;
  eventsWaiting(session.id, events.some((event) => URGENT.has(event.type)));
  publish();
}

/** Events of a page's content script; answered only when they are on disk. */
async function fromContent({ events }, sender) {
  const session = await currentSession();
  // A frame without an origin of its own is as visible as its tab, whose address is told only where we may look.
  const origin = sender.origin === 'null' ? sender.tab.url && new URL(sender.tab.url).origin : sender.origin;
  if (!session?.capturing || !origin || !await mayLookInto(origin)) return { capturing: false };
  const inOwnPage = sender.frameId !== 0 && sender.tab.url && !isRecorded(sender.tab.url, session.server);
  if (!inOwnPage) {
    const place = { v: 1, tab_id: sender.tab.id, opener_tab_id: sender.tab.openerTabId ?? null };
    await record(session, events.map((event) => ({ ...place, ...event })));
  }
  return { capturing: true };
}

async function fromField(field) {
  if ((await currentSession())?.capturing) await remember(field);
}

const UNPAIRED = { state: 'unpaired', session: null, paused: false, pending: 0, sent: 0, error: null };

/** A recorder page's message. A page learns nothing about a session of another server. */
async function fromPage({ message }, sender) {
  const { origin } = sender;
  let error = null;
  try {
    if (message.type === 'pair') {
      if (message.server !== origin) throw new Error('A page can only ask for its own server.');
      await pair({ server: origin, session: String(message.session), ticket: String(message.ticket), tab: sender.tab.id });
    }
    const mine = (await currentSession())?.server === origin && await isApproved(origin);
    if (mine && message.type === 'start') await start(sender.tab.id);
    if (mine && message.type === 'pause') await pause();
    if (mine && message.type === 'stop') await stop();
  } catch (problem) {
    error = problem.message;
  }
  const { version, state, session, paused, pending, sent, server, error: known } = await status();
  if (server !== origin) return { version, ...UNPAIRED, error };
  return { version, state, session, paused, pending, sent, error: error ?? known };
}

async function activeTab() {
  const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  return tab?.id ?? null;
}

const fromPopup = {
  async status() {
    const now = await status();
    return { ...now, sites: await sites(), events: now.session ? await latest(now.session, LOG_LINES) : [] };
  },
  /** Without a session only the server is asked for. */
  async connect({ server, session }) {
    const tab = await activeTab();
    await (session ? pair({ server, session, ticket: null, tab }) : invite({ server, tab }));
  },
  start: async () => start(await activeTab()),
  pause,
  stop,
  'give back': giveBack,
  async document() {
    const session = await currentSession();
    if (!session) throw new Error('There is no recording yet.');
    return sessionDocument(session, await journalOf(session.id), Date.now());
  },
};

const fromOwnPage = {
  'popup/popup.html': fromPopup,
  'pages/approve.html': { answer: ({ server, allowed }) => answerServer({ server, allowed: allowed === true }) },
  'pages/sites.html': { answer: ({ allowed, keep }) => answerSites({ allowed: allowed === true, keep: keep === true }) },
};

async function route(message, sender) {
  if (message.kind === 'events') return fromContent(message, sender);
  if (message.kind === 'private') return fromField(message);
  if (message.kind === 'page') return fromPage(message, sender);
  const handlers = fromOwnPage[new URL(sender.url).pathname.slice(1)];
  if (!sender.url.startsWith(chrome.runtime.getURL('')) || !handlers) throw new Error('Unknown sender.');
  return handlers[message.kind](message);
}

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  if (sender.id !== chrome.runtime.id) return false;
  route(message, sender).then((result) => respond({ result: result ?? null }), (error) => respond({ error: error.message }));
  return true;
});

watchTabs(async (type, tab) => {
  if (type === 'tab_closed') {
    if (wasClosedByUs(tab.id)) return;
    await approvalPageClosed();
    await sitesPageClosed();
  }
  const session = await currentSession();
  if (session?.capturing && concerns(tab, session.server)) await record(session, [tabEvent(type, tab)]);
});

async function revive() {
  const session = await currentSession();
  const idle = session?.phase === 'paired' && session.ended_at && Date.now() - session.ended_at > IDLE_LIMIT;
  if (idle && session.acknowledged >= session.captured) await changeSession(session.id, (known) => { known.phase = 'ended'; });
  await connect();
}

chrome.alarms.onAlarm.addListener(revive);
chrome.runtime.onStartup.addListener(revive);
chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  // The browser forgets registered scripts when the extension is updated.
  await letIn();
  if (reason === 'install') await chrome.tabs.create({ url: 'pages/welcome.html' });
  await revive();
});
// Whatever woke the worker: the conversation that ended with the last one goes on.
revive();
