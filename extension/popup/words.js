/** The popup's words, kept apart from its elements. */

const STATES = {
  unpaired: ['Not connected', 'Open a scenario on the recording site. If it does not find the extension, press Connect here.'],
  awaiting_approval: ['Waits for you', 'Answer on the page that was opened.'],
  connecting: ['Connecting…', 'Reaching the server.'],
  connected: ['Ready', 'Connected. Nothing is recorded until you press Start.'],
  recording: ['Recording', 'Shop as you always do. Passwords, e-mail addresses and payment data are left out.'],
  offline: ['Offline', 'The server cannot be reached. Nothing is lost: it is sent as soon as the server is back.'],
  refused: ['Refused', 'The server did not accept this session. What was recorded is still here.'],
  paused: ['Paused', 'Nothing is recorded: what you do is not noted, and the recorder’s picture and sound wait too.'],
};

/** @returns {[string, string, string]} the state, its name and what it means */
export function stateInWords({ state, paused }) {
  const kind = paused && state === 'connected' ? 'paused' : state;
  return [kind, ...STATES[kind]];
}

/** Which sites a recording may look into. */
export function sitesInWords({ sites, capturing, paused }) {
  if (sites === 'every') return capturing || paused ? 'every site' : 'every site, still granted';
  if (sites.length) return sites.join(', ');
  return capturing || paused ? 'the practice shop only' : 'none; asked when you start';
}

const nameOf = (target) => target && (target.name || target.text || target.tag);

/** What a line of the activity log says about an event. */
export function describeEvent({ target, value, url, cause }) {
  const what = nameOf(target);
  if (value?.kind === 'scroll') return `${Math.round(value.dx)}, ${Math.round(value.dy)} px`;
  if (value?.kind === 'drag') return value.onto ? `${what} → ${nameOf(value.onto)}` : what;
  if (value?.kind === 'files') return `${what}: ${value.count === 1 ? '1 file' : `${value.count} files`}`;
  if (value?.kind === 'dialog') return `${value.text} (${value.answer})`;
  if (value && what) return `${what}: ${value.text}`;
  if (what) return what;
  return cause ? `${url} (${cause})` : url;
}

/** "double_click" as people read it. */
export const typeInWords = (type) => type.replaceAll('_', ' ');

/** What is shown of events and notices, newest first; `events` are newest first, and the last `pending` wait unsent. */
export function logLines({ events, notices, pending }, limit) {
  const lines = [
    ...events.map((event, i) => ({ at: event.t_wall, type: typeInWords(event.type), text: describeEvent(event), sent: i >= pending })),
    ...notices.map((notice) => ({ at: notice.at, type: null, text: notice.text, sent: true })),
  ];
  return lines.sort((a, b) => b.at - a.at).slice(0, limit);
}
