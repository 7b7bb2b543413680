/**
 * One conversation with the server about one session (docs/protocol.md). What it holds in variables is rebuilt from
 * the outbox by the next conversation.
 */
const BATCH_DELAY = 50;
const BATCH_SIZE = 20;
const PING_EVERY = 20_000;
/** The first round trips of a connection are noisy; a few early ones give short recordings a good clock too. */
const EARLY_PINGS = [300, 1500];
const PONG_WITHIN = 10_000;

/** Close codes after which connecting again with the same ticket is pointless. */
const FINAL = {
  4400: 'The server did not understand this version of the extension.',
  4403: 'The ticket belongs to another recording session.',
  4409: 'This recording session takes no more events.',
  4423: 'You are suspended, so this cannot be recorded now. What was recorded is kept; the server’s pages say why.',
};

/**
 * @param {object} options
 * @param {{id: string, server: string, ticket: string}} options.session
 * @param {string} options.version the extension's
 * @param {string} options.device by which the server knows this browser again
 * @param {{pending: Function, acknowledge: Function, resume: Function}} options.outbox
 * @param {(state: 'open' | 'progress') => void} options.onChange
 * @param {(text: string) => void} options.onNotice
 * @param {(end: {opened: boolean, code: number, final: string | null}) => void} options.onEnd called once
 * @param {typeof WebSocket} [options.Socket]
 * @returns {{push: (urgent: boolean) => void, stop: () => void}}
 */
export function converse({ session, version, device, outbox, onChange, onNotice, onEnd, Socket = WebSocket }) {
  const socket = new Socket(`${session.server.replace(/^http/, 'ws')}/extension-ws?ticket=${encodeURIComponent(session.ticket)}`);
  const timers = new Set();
  let opened = false;
  let welcomed = false;
  let ended = false;
  let sentUpTo = 0;
  let queued = 0;
  let quietUntil = 0;
  let sending = Promise.resolve();
  let batchTimer = null;
  let pongTimer = null;
  let bestTrip = Infinity;
  const pings = new Map();

  const send = (frame) => socket.send(JSON.stringify(frame));

  function after(ms, run) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  }

  function cancel(timer) {
    clearTimeout(timer);
    timers.delete(timer);
  }

  async function drain() {
    while (!ended && welcomed && Date.now() >= quietUntil) {
      const events = await outbox.pending(session.id, sentUpTo);
      if (!events.length || ended || Date.now() < quietUntil) return;
      send({ type: 'events', events });
      sentUpTo = events.at(-1).seq;
    }
  }

  /** Drains run one after the other, or two would send the same events. */
  function flush() {
    cancel(batchTimer);
    batchTimer = null;
    queued = 0;
    sending = sending.then(drain).catch((error) => {
      onNotice(`Sending failed: ${error.message}`);
      socket.close();
    });
  }

  function push(urgent) {
    queued += 1;
    if (urgent || queued >= BATCH_SIZE) flush();
    else batchTimer ??= after(BATCH_DELAY, flush);
  }

  function ping() {
    if (ended) return;
    // Two pings of the same millisecond must be told apart when their pongs come.
    const t_wall = Date.now() + Math.random() / 1000;
    pings.set(t_wall, performance.now());
    send({ type: 'ping', t_wall });
    // A connection that died without a word looks open for minutes.
    pongTimer ??= after(PONG_WITHIN, () => finish(1006));
  }

  function pong({ t_wall, server_time }) {
    cancel(pongTimer);
    pongTimer = null;
    const began = pings.get(t_wall);
    if (began === undefined) return;
    pings.clear();
    const rtt_ms = performance.now() - began;
    if (rtt_ms >= bestTrip) return;
    bestTrip = rtt_ms;
    send({ type: 'clock', offset_ms: server_time - (t_wall + rtt_ms / 2), rtt_ms });
  }

  function keepPinging() {
    ping();
    after(PING_EVERY, keepPinging);
  }

  async function welcome({ last_seq }) {
    await outbox.resume(session.id, last_seq);
    if (ended) return;
    sentUpTo = last_seq;
    welcomed = true;
    onChange('open');
    keepPinging();
    for (const ms of EARLY_PINGS) after(ms, ping);
    flush();
  }

  async function acknowledged({ seq }) {
    await outbox.acknowledge(session.id, seq);
    onChange('progress');
  }

  function slowDown({ retry_ms }) {
    quietUntil = Date.now() + retry_ms;
    after(retry_ms + 1, flush);
  }

  function refusedEvent({ code, message, details }) {
    const which = details?.seq ? `Event ${details.seq} was refused` : 'The server refused something';
    onNotice(`${which}: ${message || code}`);
  }

  const handlers = { welcome, ack: acknowledged, error: refusedEvent, pong, slow_down: slowDown };

  function finish(code) {
    if (ended) return;
    ended = true;
    for (const timer of timers) clearTimeout(timer);
    socket.close();
    onEnd({ opened, code, final: FINAL[code] ?? null });
  }

  socket.onopen = () => {
    opened = true;
    send({ type: 'hello', v: 1, session: session.id, client: { name: 'codesight-extension', version, device } });
  };
  socket.onmessage = async ({ data }) => {
    const frame = JSON.parse(data);
    await handlers[frame.type]?.(frame);
  };
  socket.onclose = ({ code }) => finish(code);

  return { push, stop: () => finish(1000) };
}
