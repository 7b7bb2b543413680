/** The folder loads unpacked as it stands, asks for no more than it needs and runs no code from elsewhere. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import * as scripts from '../../extension/background/scripts.js';

const file = (path) => new URL(`../../extension/${path}`, import.meta.url);
const text = (path) => readFileSync(file(path), 'utf8');
const manifest = JSON.parse(text('manifest.json'));

test('nothing is granted by installing but what needs no question; every site is only ever asked for', () => {
  assert.deepEqual(manifest.permissions, ['storage', 'alarms', 'scripting', 'activeTab']);
  assert.deepEqual(manifest.optional_host_permissions, ['*://*/*']);
  for (const required of ['host_permissions', 'content_scripts', 'externally_connectable', 'optional_permissions']) {
    assert.equal(manifest[required], undefined, required);
  }
  assert.equal(manifest.manifest_version, 3);
});

test('the extension id is fixed by the manifest\'s key, so that servers can name its origin', () => {
  const hash = createHash('sha256').update(Buffer.from(manifest.key, 'base64')).digest('hex').slice(0, 32);
  const id = [...hash].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join('');
  assert.equal(id, 'maklebhmklhfdnjfbnidnebdappnebac');
});

test('every file that is named is there, and no content script is forgotten', () => {
  const all = [...scripts.BRIDGE, ...scripts.LATE, ...scripts.RECORDING, ...scripts.AMONG_THE_PAGES_OWN];
  const named = [...all, manifest.background.service_worker, manifest.action.default_popup, ...Object.values(manifest.icons)];
  assert.deepEqual(named.filter((path) => !existsSync(file(path))), []);
  const ours = [...new Set(all.filter((path) => path.startsWith('content/')))];
  assert.deepEqual(ours.sort(), readdirSync(file('content')).map((name) => `content/${name}`).sort());
  assert.deepEqual(scripts.AMONG_THE_PAGES_OWN, readdirSync(file('page')).map((name) => `page/${name}`));
});

test('pages hold no inline script or style and load nothing from the network', () => {
  const pages = ['popup', 'pages'].flatMap((folder) => readdirSync(file(folder)).map((name) => `${folder}/${name}`));
  for (const page of pages.filter((name) => name.endsWith('.html'))) {
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
