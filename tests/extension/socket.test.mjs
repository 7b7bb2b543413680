/** The conversation of docs/protocol.md, with a fake at the network's edge. */
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { converse } from '../../extension/background/socket.js';

const settle = async () => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

/** The server's end of one connection. */
class Line {
  static last = null;

  constructor(url) {
    this.url = url;
    this.frames = [];
    this.closed = false;
    Line.last = this;
  }

  send(text) {
    this.frames.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  async says(frame) {
    await this.onmessage({ data: JSON.stringify(frame) });
    await settle();
  }

  sent(type) {
    return this.frames.filter((frame) => frame.type === type);
  }
}

/** Keeps events as the real outbox does, in an array. */
class ArrayOutbox {
  constructor(events) {
    this.events = events;
    this.resumedAt = null;
  }

  async pending(session, after) {
    return this.events.filter((event) => event.seq > after).slice(0, 200);
  }

  async acknowledge(session, seq) {
    this.events = this.events.filter((event) => event.seq > seq);
  }

  async resume(session, lastSeq) {
    this.resumedAt = lastSeq;
    await this.acknowledge(session, lastSeq);
  }
}

const numbered = (...numbers) => numbers.map((seq) => ({ seq }));
const WELCOME = { type: 'welcome', v: 1, session: 'cs_1', state: 'recording', last_seq: 0, server_time: 0 };
let notices;
let ends;

function connect(outbox) {
  const talk = converse({
    session: { id: 'cs_1', server: 'https://codesight.example', ticket: 'a ticket' }, version: '0.1.0', device: 'd1', outbox,
    onChange: () => {}, onNotice: (text) => notices.push(text), onEnd: (end) => ends.push(end), Socket: Line,
  });
  return { talk, line: Line.last };
}

beforeEach(() => {
  notices = [];
  ends = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_763_715_000_000 });
});

test('it says hello first, to the ticket\'s address over TLS', () => {
  const { line } = connect(new ArrayOutbox([]));
  line.onopen();
  assert.equal(line.url, 'wss://codesight.example/extension-ws?ticket=a%20ticket');
  assert.deepEqual(line.frames, [{ type: 'hello', v: 1, session: 'cs_1', client: { name: 'codesight-extension', version: '0.1.0', device: 'd1' } }]);
});

test('nothing is sent before the welcome, and only what the server does not have after it', async () => {
  const outbox = new ArrayOutbox(numbered(4, 5, 6));
  const { talk, line } = connect(outbox);
  line.onopen();
  talk.push(true);
  await settle();
  assert.equal(line.sent('events').length, 0);
  await line.says({ ...WELCOME, last_seq: 5 });
  assert.equal(outbox.resumedAt, 5);
  assert.deepEqual(line.sent('events'), [{ type: 'events', events: [{ seq: 6 }] }]);
});

test('events of 50 ms make one frame, twenty make one at once, a navigation does not wait', async () => {
  const outbox = new ArrayOutbox([]);
  const { talk, line } = connect(outbox);
  line.onopen();
  await line.says(WELCOME);
  const add = (seq, urgent) => {
    outbox.events.push({ seq });
    talk.push(urgent);
  };
  add(1, false);
  add(2, false);
  await settle();
  assert.equal(line.sent('events').length, 0);
  mock.timers.tick(50);
  await settle();
  assert.deepEqual(line.sent('events').map((frame) => frame.events.length), [2]);
  for (let seq = 3; seq < 23; seq += 1) add(seq, false);
  await settle();
  add(23, true);
  await settle();
  assert.deepEqual(line.sent('events').map((frame) => frame.events.length), [2, 20, 1]);
});

test('an event is kept until it is acknowledged, and never sent twice on one connection', async () => {
  const outbox = new ArrayOutbox(numbered(1, 2));
  const { talk, line } = connect(outbox);
  line.onopen();
  await line.says(WELCOME);
  talk.push(true);
  await settle();
  assert.equal(line.sent('events').length, 1);
  assert.equal(outbox.events.length, 2);
  await line.says({ type: 'ack', seq: 1 });
  assert.deepEqual(outbox.events, numbered(2));
});

test('told to slow down it is silent for that long and then goes on', async () => {
  const outbox = new ArrayOutbox([]);
  const { talk, line } = connect(outbox);
  line.onopen();
  await line.says(WELCOME);
  await line.says({ type: 'slow_down', retry_ms: 500 });
  outbox.events.push({ seq: 1 });
  talk.push(true);
  await settle();
  assert.equal(line.sent('events').length, 0);
  mock.timers.tick(501);
  await settle();
  assert.equal(line.sent('events').length, 1);
});

test('it pings every 20 s and reports the clock of the smallest round trip', async () => {
  const { line } = connect(new ArrayOutbox([]));
  line.onopen();
  await line.says(WELCOME);
  const [ping] = line.sent('ping');
  await line.says({ type: 'pong', t_wall: ping.t_wall, server_time: ping.t_wall + 1000 });
  const [clock] = line.sent('clock');
  assert.ok(Math.abs(clock.offset_ms - 1000) < 100 && clock.rtt_ms >= 0);
  const before = line.sent('ping').length;
  mock.timers.tick(20_000);
  assert.ok(line.sent('ping').length > before);
});

test('a server that stopped answering pings counts as gone', async () => {
  const { line } = connect(new ArrayOutbox([]));
  line.onopen();
  await line.says(WELCOME);
  mock.timers.tick(10_001);
  assert.equal(line.closed, true);
  assert.deepEqual(ends, [{ opened: true, code: 1006, final: null }]);
});

test('a refused event is noted and does not stop the others; a closed session is final', async () => {
  const { line } = connect(new ArrayOutbox([]));
  line.onopen();
  await line.says(WELCOME);
  await line.says({ type: 'error', code: 'invalid_event', message: 'no such type', details: { seq: 3 } });
  assert.deepEqual(notices, ['Event 3 was refused: no such type']);
  assert.equal(line.closed, false);
  line.onclose({ code: 4409 });
  line.onclose({ code: 1006 });
  assert.equal(ends.length, 1);
  assert.match(ends[0].final, /takes no more events/);
});
