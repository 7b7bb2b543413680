/** The first of the two lines of masking; the server's is held to the same cases. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import '../../extension/content/mask_text.js';
import '../../extension/content/mask_field.js';
import '../../extension/content/mask_url.js';

const { maskText, maskUrl, fieldKind } = globalThis.codesightContent;
const cases = JSON.parse(readFileSync(new URL('../masking_cases.json', import.meta.url), 'utf8'));

/** One readable list of everything that went wrong instead of the first failure. */
function misses(rows, actual, expected) {
  return rows.filter((row) => actual(row) !== expected(row))
    .map((row) => ({ row: JSON.stringify(row), got: actual(row) }));
}

test('private texts are replaced and product texts survive, in every shared case', () => {
  assert.ok(cases.text.length >= 60);
  assert.deepEqual(misses(cases.text, (row) => maskText(row.in), (row) => row.out), []);
});

test('addresses lose what is private, percent-encoded or not, and keep the rest as it was spelled', () => {
  assert.deepEqual(misses(cases.url, (row) => maskUrl(row.in), (row) => row.out), []);
});

test('a field is private by its type, its autocomplete token or what the page calls it', () => {
  assert.deepEqual(misses(cases.field, (row) => fieldKind(row.field), (row) => row.kind), []);
});

test('masking twice changes nothing more', () => {
  const again = (mask) => (row) => mask(mask(row.in)) === mask(row.in);
  assert.ok(cases.text.every(again(maskText)));
  assert.ok(cases.url.every(again(maskUrl)));
});

// Patterns that look back would take minutes over these: that it ends at all is what is tested.
test('no text keeps masking busy for ever', () => {
  const nasty = ['4 '.repeat(5000), 'a.'.repeat(5000), '+1 '.repeat(5000), 'DE89 '.repeat(2000), '"'.repeat(10000)];
  assert.ok(nasty.every((text) => maskText(text).length > 0));
});

test('addresses inside addresses without end come to an end', () => {
  let deep = '/a?x=1';
  for (let i = 0; i < 20; i += 1) deep = `/a?n=${encodeURIComponent(deep)}`;
  assert.equal(maskUrl(deep), deep);
});
