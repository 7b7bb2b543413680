/** The document a person downloads is the mission's, field by field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sessionDocument } from '../../extension/background/session_document.js';

const START = Date.UTC(2026, 10, 21, 9, 0, 0);
const session = { id: 'cs_1', started_at: START, ended_at: START + 5000 };
const button = {
  tag: 'button', text: 'Add to cart', candidates: [{ strategy: 'test_id', value: 'add', match_count: 1 }, { strategy: 'css', value: '#add', match_count: 1 }],
};
const events = [
  { type: 'navigation', url: 'https://shop.example/', t_wall: START + 1, target: null, pointer: null, value: null },
  { type: 'click', url: 'https://shop.example/', t_wall: START + 2, target: button, pointer: { x: 70, y: 36 }, value: null },
  { type: 'input', url: 'https://shop.example/', t_wall: START + 3, target: { ...button, tag: 'input' }, pointer: null, value: { kind: 'masked', text: '[email]' } },
  { type: 'scroll', url: 'https://shop.example/p', t_wall: START + 4, target: null, pointer: null, value: { kind: 'scroll', dx: 0, dy: 9 } },
  { type: 'tab_closed', url: '', t_wall: START + 5, target: null, pointer: null, value: null },
];

test('it has times, counts and pages of the whole session', () => {
  const { events: entries, ...rest } = sessionDocument(session, events, START + 99_000);
  assert.deepEqual(rest, {
    sessionId: 'cs_1', startTime: '2026-11-21T09:00:00.000Z', endTime: '2026-11-21T09:00:05.000Z', duration: 5000, totalEvents: 5,
    summary: { clicks: 1, inputs: 1, scrolls: 1, navigations: 1, pagesVisited: ['https://shop.example/', 'https://shop.example/p'] },
  });
  assert.equal(entries.length, 5);
});

test('an event has selector, element, text, coordinates, page and time, and masked values stay masked', () => {
  const entries = sessionDocument(session, events, 0).events;
  assert.deepEqual(entries[1], {
    type: 'click',
    data: { selector: '#add', element: 'button', text: 'Add to cart', coordinates: { x: 70, y: 36 }, url: 'https://shop.example/', timestamp: START + 2 },
  });
  assert.equal(entries[2].data.text, '[email]');
});

test('a session that still runs ends now, one that never began is empty', () => {
  assert.equal(sessionDocument({ ...session, ended_at: null }, events, START + 7000).duration, 7000);
  assert.deepEqual(sessionDocument({ id: 'cs_2', started_at: null, ended_at: null }, [], START).summary.pagesVisited, []);
});
