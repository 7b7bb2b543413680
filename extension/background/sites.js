/** Which sites the extension may look into, and that its scripts run there and nowhere else. */
import { EVERY_SITE, serverPattern, siteName } from './patterns.js';
import { AMONG_THE_PAGES_OWN, BRIDGE, LATE, RECORDING } from './scripts.js';

/** What the package was made for: a server that hands the extension out names itself in the manifest. */
const madeFor = () => chrome.runtime.getManifest().host_permissions ?? [];

async function approved() {
  return (await chrome.storage.local.get('approved')).approved ?? [];
}

/** @returns {Promise<boolean>} whether the person has allowed this server, and the browser still does */
export async function isApproved(server) {
  return (await approved()).includes(server) && chrome.permissions.contains({ origins: [serverPattern(server)] });
}

/** The person has allowed a server on our own page, and the browser its host. */
export async function approve(server) {
  await chrome.storage.local.set({ approved: [...new Set([...await approved(), server])] });
  await letIn();
}

export const mayEverySite = () => chrome.permissions.contains({ origins: EVERY_SITE });

/** Answers by origin, until a grant changes. @type {Map<string, Promise<boolean>>} */
const known = new Map();

/**
 * Whether a page may be recorded now. Scripts stay in a page until it is left, so one that was granted for an earlier
 * recording still has them.
 * @param {string} origin of the frame, or of the tab around a frame that has none
 */
export function mayLookInto(origin) {
  if (!known.has(origin)) known.set(origin, chrome.permissions.contains({ origins: [`${origin}/*`] }).catch(() => false));
  return known.get(origin);
}

/** What was granted beside the servers. */
async function granted() {
  const servers = new Set([...madeFor(), ...(await approved()).map(serverPattern)]);
  const { origins } = await chrome.permissions.getAll();
  return origins.filter((pattern) => !servers.has(pattern));
}

/** @returns {Promise<'every' | string[]>} for people: every site, or names of sites */
export async function sites() {
  return await mayEverySite() ? 'every' : [...new Set((await granted()).map(siteName))];
}

/** Gives everything back but the servers. */
export async function giveBack() {
  const origins = await granted();
  if (origins.length) await chrome.permissions.remove({ origins });
}

async function wanted() {
  const { origins } = await chrome.permissions.getAll();
  const everyFrame = { matches: origins, allFrames: true, matchOriginAsFallback: true, runAt: 'document_start' };
  const servers = [...madeFor(), ...(await approved()).map((server) => `${server}/*`)];
  return [
    { id: 'bridge', js: BRIDGE, matches: servers, runAt: 'document_start' },
    { id: 'recording', js: RECORDING, ...everyFrame },
    { id: 'among-the-pages-own', js: AMONG_THE_PAGES_OWN, world: 'MAIN', ...everyFrame },
  ];
}

async function register() {
  const all = await wanted();
  const registered = new Set((await chrome.scripting.getRegisteredContentScripts()).map(({ id }) => id));
  const unwanted = all.filter(({ id, matches }) => registered.has(id) && !matches.length).map(({ id }) => id);
  if (unwanted.length) await chrome.scripting.unregisterContentScripts({ ids: unwanted });
  const some = all.filter(({ matches }) => matches.length);
  await chrome.scripting.updateContentScripts(some.filter(({ id }) => registered.has(id)));
  await chrome.scripting.registerContentScripts(some.filter(({ id }) => !registered.has(id)));
}

async function enterFrame(target, { js, among }) {
  await chrome.scripting.executeScript({ target, files: js });
  if (among) await chrome.scripting.executeScript({ target, files: among, world: 'MAIN' });
}

/** A tab that does not answer holds nothing up for longer than this. */
const LONGEST_ENTRY = 3_000;

/** Runs scripts in the frames of a tab in which they do not run yet. */
async function enterTab(tabId, { mark, allFrames, ...scripts }) {
  const runs = (name) => Boolean(globalThis.codesightContent?.[name]);
  const looked = { target: { tabId, allFrames }, func: runs, args: [mark], injectImmediately: true };
  // A tab that shows an error of the browser's cannot be entered, and a frame may be gone again: nothing happens there.
  const frames = await chrome.scripting.executeScript(looked).catch(() => []);
  const without = frames.filter(({ result }) => !result);
  await Promise.all(without.map(({ frameId }) => enterFrame({ tabId, frameIds: [frameId] }, scripts).catch(() => undefined)));
}

/** To open pages a registration comes too late, so they are entered here; a discarded tab is loaded anew anyway. */
async function enterOpenPages() {
  const [bridge, recording] = await wanted();
  const entering = [
    [bridge.matches, { mark: 'bridge', allFrames: false, js: BRIDGE }],
    [recording.matches, { mark: 'running', allFrames: true, js: [...LATE, ...RECORDING], among: AMONG_THE_PAGES_OWN }],
  ].map(async ([url, scripts]) => {
    const tabs = url.length ? await chrome.tabs.query({ url, discarded: false }) : [];
    await Promise.all(tabs.map((tab) => enterTab(tab.id, scripts)));
  });
  const longEnough = new Promise((resolve) => { setTimeout(resolve, LONGEST_ENTRY); });
  await Promise.race([Promise.all(entering), longEnough]);
}

let working = Promise.resolve();

/** Makes the scripts run where they may: in pages to come and in those that are open. Safe to call at any time. */
export function letIn() {
  working = working.then(register).then(enterOpenPages).catch((error) => console.error('let_in_failed', error));
  return working;
}

for (const event of [chrome.permissions.onAdded, chrome.permissions.onRemoved]) {
  event.addListener(() => {
    known.clear();
    letIn();
  });
}
