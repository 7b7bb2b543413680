/** The folder loads unpacked as it stands, asks for no more than it needs and runs no code from elsewhere. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const file = (path) => new URL(`../../extension/${path}`, import.meta.url);
const text = (path) => readFileSync(file(path), 'utf8');
const manifest = JSON.parse(text('manifest.json'));

test('permissions are storage, alarms and pages; nothing that reads history or debugs', () => {
  assert.deepEqual(manifest.permissions, ['storage', 'alarms']);
  assert.deepEqual(manifest.host_permissions, ['http://*/*', 'https://*/*']);
  assert.equal(manifest.manifest_version, 3);
});

test('the extension id is fixed by the manifest\'s key, so that servers can name its origin', () => {
  const hash = createHash('sha256').update(Buffer.from(manifest.key, 'base64')).digest('hex').slice(0, 32);
  const id = [...hash].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join('');
  assert.equal(id, 'maklebhmklhfdnjfbnidnebdappnebac');
});

test('every file that the manifest names is there, and no content script is forgotten', () => {
  const [{ js }, among] = manifest.content_scripts;
  const named = [...js, ...among.js, manifest.background.service_worker, manifest.action.default_popup, ...Object.values(manifest.icons)];
  assert.deepEqual(named.filter((path) => !existsSync(file(path))), []);
  const ours = js.filter((path) => !path.startsWith('vendor/'));
  assert.deepEqual(ours.sort(), readdirSync(file('content')).map((name) => `content/${name}`).sort());
  assert.deepEqual(among.js, readdirSync(file('page')).map((name) => `page/${name}`));
  assert.equal(among.world, 'MAIN');
});

test('pages hold no inline script or style and load nothing from the network', () => {
  for (const page of ['popup/popup.html', 'pages/approve.html']) {
    assert.doesNotMatch(text(page), /<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|(?:src|href)="https?:/u, page);
  }
});

test('vendored files are the ones that were checked in with name, version, licence and hash', () => {
  const entries = JSON.parse(text('vendor/manifest.json'));
  const vendored = readdirSync(file('vendor')).filter((name) => name.endsWith('.js'));
  assert.deepEqual(entries.map((entry) => entry.file).sort(), vendored.sort());
  for (const entry of entries) {
    assert.equal(createHash('sha256').update(readFileSync(file(`vendor/${entry.file}`))).digest('hex'), entry.sha256);
    assert.ok(entry.name && entry.version && entry.licence);
  }
});
