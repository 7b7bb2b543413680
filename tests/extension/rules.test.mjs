/** The small decisions: which keys, which navigations, which names, which pages, which word for the state. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../extension/content/mask_text.js';
import '../../extension/content/mask_field.js';
import '../../extension/content/mask_url.js';
import '../../extension/content/mask_event.js';
import '../../extension/content/keys.js';
import '../../extension/content/navigation.js';
import '../../extension/content/stable.js';
import { retryDelay } from '../../extension/background/connection.js';
import { EVERY_SITE, serverPattern, siteName, sitePatterns } from '../../extension/background/patterns.js';
import { isRecorded } from '../../extension/background/scope.js';
import { stateOf } from '../../extension/background/status.js';
import { concerns, tabEvent } from '../../extension/background/tabs.js';
import { describeEvent, logLines, sitesInWords, stateInWords } from '../../extension/popup/words.js';

const cs = globalThis.codesightContent;
const key = (name, held = {}) => cs.keyName({
  key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, getModifierState: () => false, ...held,
});

test('keys that do something are named, characters that are typed never are', () => {
  assert.equal(key('Enter'), 'Enter');
  assert.equal(key('Tab', { shiftKey: true }), 'Shift+Tab');
  assert.equal(key('C', { ctrlKey: true, shiftKey: true }), 'Control+Shift+c');
  for (const typed of ['a', 'Z', '7', '@', ' ', 'Backspace', 'Shift', 'Dead']) assert.equal(key(typed), null, typed);
  assert.equal(key('q', { ctrlKey: true, altKey: true }), null, 'AltGr types a character');
  assert.equal(key('Enter', { isComposing: true }), null, 'Enter that chooses a word is typing');
});

test('a changed fragment is a hash navigation, another address history, and the same address replaced nothing', () => {
  assert.equal(cs.historyCause('https://a/x', 'https://a/x#y', 'push'), 'hash');
  assert.equal(cs.historyCause('https://a/x#y', 'https://a/z', 'traverse'), 'history');
  assert.equal(cs.historyCause('https://a/x', 'https://a/x', 'replace'), null);
});

test('names made by tools are told from names made by people', () => {
  const generated = ['css-1q2w3e4', 'sc-bdVaJa1', ':r1:', 'ember1234', 'Button_root__3xYz1', 'a1b2c3d4', 'item-9283741', 'jss12'];
  const written = ['add-to-cart', 'btn-primary', 'searchBox', 'header', 'size-32', 'product-title', 'col-6', 'cart_total'];
  assert.deepEqual(generated.filter((name) => !cs.looksGenerated(name)), []);
  assert.deepEqual(written.filter(cs.looksGenerated), []);
});

test('the recorder\'s own pages are not recorded, the practice shop and every other shop are', () => {
  const server = 'https://codesight.example';
  assert.equal(isRecorded(`${server}/record/cs_1`, server), false);
  assert.equal(isRecorded(`${server}/practice-shop/cart`, server), true);
  assert.equal(isRecorded('https://shop.example/record', server), true);
  assert.equal(isRecorded('chrome://settings', server), false);
  assert.equal(concerns({ url: `${server}/record/cs_1` }, server), false);
  assert.equal(concerns({}, server), true);
});

test('the state is one of the protocol\'s words', () => {
  const session = { phase: 'paired', capturing: false };
  const open = { open: true, failing: false };
  assert.equal(stateOf(null, open), 'unpaired');
  assert.equal(stateOf({ ...session, phase: 'awaiting_approval' }, open), 'awaiting_approval');
  assert.equal(stateOf({ ...session, phase: 'refused' }, open), 'refused');
  assert.equal(stateOf({ ...session, phase: 'ended' }, open), 'unpaired');
  assert.equal(stateOf(session, open), 'connected');
  assert.equal(stateOf({ ...session, capturing: true }, open), 'recording');
  assert.equal(stateOf(session, { open: false, failing: false }), 'connecting');
  assert.equal(stateOf(session, { open: false, failing: true }), 'offline');
});

test('retries come later and later, never later than 30 s, and not all browsers at once', () => {
  assert.equal(retryDelay(0, 1), 500);
  assert.equal(retryDelay(3, 1), 4000);
  assert.equal(retryDelay(99, 1), 30_000);
  assert.equal(retryDelay(0, 0), 250);
});

test('a tab\'s address and title are masked too, and a browser page has no address', () => {
  const event = tabEvent('tab_switched', { id: 7, url: 'https://shop.example/?u=jane%40example.com', title: 'jane@example.com' });
  assert.equal(event.url, 'https://shop.example/?u=[email]');
  assert.equal(event.title, '[email]');
  assert.equal(tabEvent('tab_opened', { id: 8, url: 'chrome://settings' }).url, '');
});

const about = (more) => ({
  client_event_id: 'x', type: 'click', url: 'https://shop.example/?who=Josephine+Baker', title: 'Hello Josephine Baker', frame_path: [], shadow_path: [],
  value: null, field: null, pointer: null, target: null, ...more,
});
const secrets = [{ value: 'Josephine Baker', kind: 'name' }, { value: 'hunter2', kind: 'password' }, { value: 'Anna', kind: 'name' }];

test('what was typed into a private field is masked wherever the page shows it again', () => {
  const masked = cs.maskEvent(about({}), secrets);
  assert.equal(masked.title, 'Hello [name]');
  assert.equal(masked.url, 'https://shop.example/?who=[name]');
  assert.equal(cs.maskEvent(about({ title: 'xhunter2y in Savanna' }), secrets).title, 'x[password]y in Savanna');
});

test('a private field\'s value leaves as a placeholder of fixed length, another field\'s as text', () => {
  const value = { kind: 'field', text: 'correct horse' };
  const once = cs.maskEvent(about({ value, field: { type: 'text', sticky: true } }), []);
  assert.deepEqual(once.value, { kind: 'masked', text: '[password]', reason: 'password' });
  assert.equal('field' in once, false);
  assert.deepEqual(cs.maskEvent(about({ value, field: { type: 'search' } }), []).value, { kind: 'text', text: 'correct horse' });
});

test('candidates that masking changed go behind those that still find the element', () => {
  const candidates = [{ strategy: 'text', value: 'Hi jane@example.com', match_count: 1 }, { strategy: 'css', value: '#me', match_count: 1 }];
  const target = { tag: 'a', role: 'link', name: '', text: '', attributes: { href: '/u/jane%40example.com' }, candidates };
  const masked = cs.maskEvent(about({ target }), []).target;
  assert.deepEqual(masked.candidates.map((candidate) => candidate.value), ['#me', 'Hi [email]']);
  assert.equal(masked.attributes.href, '/u/[email]');
});

test('a text is worded with other numbers allowed first, and as a pattern where it could be taken for one', () => {
  const written = (text) => cs.wordings(text).map(({ value }) => value);
  assert.deepEqual(written('Add to cart'), ['Add to cart']);
  assert.deepEqual(written('Reviews (1,204)'), ['/^\\s*Reviews\\s+\\(\\d[\\d.,]*\\)\\s*$/', 'Reviews (1,204)']);
  assert.deepEqual(written('/sale/'), ['/^\\s*\\/sale\\/\\s*$/']);
  const [tolerant, exact] = cs.wordings("Men's 501 \"slim\" > $49.99");
  assert.ok(tolerant.test("Men's 7 \"slim\" > $120.00") && !tolerant.test("Men's 501 \"wide\" > $49.99"));
  assert.ok(exact.digits && !tolerant.digits);
  assert.doesNotMatch(tolerant.value, /["'>]/u, 'Playwright would take these for its own');
});

test('escapes in a selector hide nothing from the mask, and others stay', () => {
  const masked = (value) => cs.maskEvent({
    url: '', title: '', frame_path: [], shadow_path: [value], target: null, value: null,
  }, [{ value: 'Quentin Secretive', kind: 'name' }]).shadow_path[0];
  assert.equal(masked('[title="mia\\@mail\\.example"]'), '[title="[email]"]');
  assert.equal(masked('#\\34 111-1111-1111-1111'), '#[card]');
  assert.ok(!masked('role=link[name=/^\\s*Hi\\s+Quentin\\s+Secretive\\s+\\(\\d[\\d.,]*\\)\\s*$/]').includes('Quentin'));
  const harmless = 'role=button[name=/^\\s*Men\\x27s\\s+\\d[\\d.,]*\\s*$/]';
  assert.equal(masked(harmless), harmless);
});

test('the activity log has words for every kind of value', () => {
  const target = { name: 'Shirt', text: '', tag: 'div' };
  const line = (value) => describeEvent({ target, value, url: '', cause: null });
  assert.equal(line({ kind: 'drag', dx: 1, dy: 2, onto: { name: '', text: 'Basket', tag: 'div' } }), 'Shirt → Basket');
  assert.equal(line({ kind: 'drag', dx: 1, dy: 2, onto: null }), 'Shirt');
  assert.equal(line({ kind: 'files', count: 1 }), 'Shirt: 1 file');
  assert.equal(line({ kind: 'dialog', dialog: 'confirm', text: 'Remove it?', answer: 'dismissed' }), 'Remove it? (dismissed)');
  assert.equal(line({ kind: 'text', text: 'blue' }), 'Shirt: blue');
  assert.equal(line(null), 'Shirt');
});

test('the activity log says what waits unsent, and the state says that a recording pauses', () => {
  const event = (type, t_wall) => ({ type, t_wall, target: null, value: null, url: 'https://shop.example/', cause: null });
  const lines = logLines({ events: [event('submit', 3), event('click', 1)], notices: [{ at: 2, text: 'Event 1 was refused' }], pending: 1 }, 20);
  assert.deepEqual(lines.map(({ type, sent }) => [type, sent]), [['submit', false], [null, true], ['click', true]]);
  assert.equal(stateInWords({ state: 'connected', paused: true })[0], 'paused');
  assert.equal(stateInWords({ state: 'offline', paused: true })[0], 'offline');
  assert.equal(sitesInWords({ sites: 'every', capturing: true, paused: false }), 'every site');
  assert.equal(sitesInWords({ sites: [], capturing: true, paused: false }), 'the practice shop only');
});

test('a site is named as people name it, and a server so that giving back every site leaves it', () => {
  const both = (name) => [`http://${name}/*`, `https://${name}/*`];
  for (const written of ['www.shop.example', 'https://shop.example/a?b=c', 'SHOP.example']) {
    assert.deepEqual(sitePatterns(written), both('*.shop.example'), written);
  }
  assert.deepEqual(sitePatterns('http://127.0.0.1:8000'), both('127.0.0.1'));
  assert.throws(() => sitePatterns('not a site'), /is not the address of a site/);
  assert.deepEqual([...both('*.shop.example'), '*://codesight.example/*'].map(siteName), ['shop.example', 'shop.example', 'codesight.example']);
  assert.equal(serverPattern('http://127.0.0.1:8000'), '*://127.0.0.1/*');
  assert.deepEqual(EVERY_SITE, both('*'));
});

test('a field that was filled in before the script came is private, unless it is for searching or says what it holds', () => {
  assert.equal(cs.fieldKind({ type: 'text', unseen: true }), 'private');
  assert.equal(cs.fieldKind({ type: 'text', name: 'mail', unseen: true }), 'email');
  assert.equal(cs.fieldKind({ type: 'text', name: 'q', unseen: true }), null);
});
