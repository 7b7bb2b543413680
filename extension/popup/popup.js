/** The popup: what stands where, and the few things a person can do about it by hand. */
import { sitePatterns } from '../background/patterns.js';
import { logLines, sitesInWords, stateInWords } from './words.js';

const REFRESH_EVERY = 500;
const LOG_LINES = 20;
const element = (id) => document.getElementById(id);
let ownError = null;

async function ask(kind, more = {}) {
  const { result, error } = await chrome.runtime.sendMessage({ kind, ...more });
  if (error) throw new Error(error);
  return result;
}

function line({ at, type, text, sent }) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date(at).toLocaleTimeString([], { hour12: false });
  time.dateTime = new Date(at).toISOString();
  const words = document.createElement('span');
  words.textContent = text;
  words.title = text;
  const name = document.createElement('b');
  name.textContent = type;
  item.append(time, ...(type ? [name] : []), words);
  if (!type) item.className = 'notice';
  if (!sent) {
    item.className = 'unsent';
    const note = document.createElement('small');
    note.textContent = 'waits';
    item.append(note);
  }
  return item;
}

/** Rebuilt only when it changed, so that reading and selecting in it is not disturbed. */
function showLog(lines) {
  const log = element('log');
  const version = JSON.stringify(lines);
  if (log.dataset.version === version) return;
  log.dataset.version = version;
  log.replaceChildren(...lines.map(line));
  element('empty').hidden = lines.length > 0;
}

/** The page the person came from; only its own window's opening shows it to us. */
async function siteHere() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab?.url && /^https?:/u.test(tab.url) ? new URL(tab.url) : null;
}

const here = await siteHere();

/** Whether the site the person is on could be recorded too. */
async function couldAdd(now) {
  if (!here || here.origin === now.server || !(now.capturing || now.paused)) return false;
  return !await chrome.permissions.contains({ origins: [`${here.protocol}//${here.hostname}/*`] });
}

function showConnection(now) {
  const paired = !['unpaired', 'refused'].includes(now.state);
  element('pairing').hidden = paired;
  element('paired').hidden = !paired;
  element('to').textContent = now.server ? new URL(now.server).host : '';
  element('of').textContent = now.session ?? '';
  element('sites').textContent = sitesInWords(now);
  element('give-back').hidden = now.capturing || now.paused || now.sites.length === 0;
  if (!paired && document.activeElement.id !== 'server') element('server').value ||= now.server ?? here?.origin ?? '';
}

function showButtons(now, addable) {
  const ready = ['connected', 'connecting', 'offline'].includes(now.state);
  element('start').textContent = now.paused ? 'Resume' : 'Start';
  element('start').disabled = now.capturing || !ready;
  element('pause').disabled = !now.capturing;
  element('stop').disabled = !now.capturing && !now.paused;
  element('download').disabled = now.captured === 0;
  element('add').hidden = !addable;
  if (addable) element('add').textContent = `Record ${here.hostname} too`;
}

async function refresh() {
  const now = await ask('status');
  const [kind, name, explanation] = stateInWords(now);
  element('state').textContent = name;
  element('state').dataset.state = kind;
  element('explain').textContent = explanation;
  const error = ownError ?? now.error;
  element('error').hidden = !error;
  element('error').textContent = error ?? '';
  element('captured').textContent = now.captured;
  element('acknowledged').textContent = now.sent;
  element('waiting').textContent = now.pending;
  showConnection(now);
  showButtons(now, await couldAdd(now));
  showLog(logLines(now, LOG_LINES));
}

/** What a person pressed; its error stays until the next press. */
async function act(run) {
  ownError = null;
  try {
    await run();
  } catch (error) {
    ownError = error.message;
  }
  await refresh();
}

function originOf(address) {
  try {
    return new URL(address.trim()).origin;
  } catch {
    throw new Error('The server address must look like https://codesight.example.');
  }
}

async function download() {
  const recorded = await ask('document');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(recorded, null, 2)], { type: 'application/json' }));
  link.download = `${recorded.sessionId}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

element('pairing').addEventListener('submit', (event) => {
  event.preventDefault();
  act(() => ask('connect', { server: originOf(element('server').value), session: element('session').value.trim() }));
});
element('start').addEventListener('click', () => act(() => ask('start')));
element('pause').addEventListener('click', () => act(() => ask('pause')));
element('stop').addEventListener('click', () => act(() => ask('stop')));
element('give-back').addEventListener('click', () => act(() => ask('give back')));
element('add').addEventListener('click', () => act(() => chrome.permissions.request({ origins: sitePatterns(here.hostname) })));
element('download').addEventListener('click', () => act(download));

await refresh();
// A worker that is being stopped misses one question; the next one starts it again.
setInterval(() => refresh().catch(() => undefined), REFRESH_EVERY);
