/** The popup: what stands where, and the few things a person can do about it by hand. */
import { STATES, logLines } from './words.js';

const REFRESH_EVERY = 500;
const LOG_LINES = 20;
const element = (id) => document.getElementById(id);
let ownError = null;
let filledIn = false;

async function ask(kind, more = {}) {
  const { result, error } = await chrome.runtime.sendMessage({ kind, ...more });
  if (error) throw new Error(error);
  return result;
}

function line({ at, type, text }) {
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

function show(now) {
  const [name, explanation] = STATES[now.state];
  element('state').textContent = name;
  element('state').dataset.state = now.state;
  element('explain').textContent = explanation;
  const error = ownError ?? now.error;
  element('error').hidden = !error;
  element('error').textContent = error ?? '';
  element('captured').textContent = now.captured;
  element('acknowledged').textContent = now.sent;
  element('waiting').textContent = now.pending;
  element('start').disabled = now.capturing || !['connected', 'connecting', 'offline'].includes(now.state);
  element('stop').disabled = !now.capturing;
  element('connect').disabled = now.capturing;
  element('download').disabled = now.captured === 0;
  showLog(logLines(now.events, now.notices, LOG_LINES));
  if (!filledIn && now.server) {
    element('server').value = now.server;
    element('session').value = now.session;
  }
  filledIn = true;
}

async function refresh() {
  show(await ask('status'));
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
element('stop').addEventListener('click', () => act(() => ask('stop')));
element('download').addEventListener('click', () => act(download));

await refresh();
// A worker that is being stopped misses one question; the next one starts it again.
setInterval(() => refresh().catch(() => undefined), REFRESH_EVERY);
