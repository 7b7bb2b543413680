/**
 * What was typed into private fields, so that a later page that repeats it is masked too: the review of an order, or the
 * address a form leads to. Values live in this variable and nowhere else, for writing them down would be the leak; with a
 * worker that is stopped they are gone. Names of fields are no secret and survive it.
 */
import '../content/mask_text.js';
import '../content/mask_field.js';
import '../content/mask_url.js';
import '../content/mask_event.js';

const { maskEvent, originOf, PRIVATE_KINDS } = globalThis.codesightContent;
const KEPT = 500;
const KEY = 'private_names';

/** Kinds by value, oldest first. @type {Map<string, string>} */
const values = new Map();

/** @returns {Promise<Record<string, Record<string, string>>>} kinds by name, by the origin they are sent to */
async function names() {
  return (await chrome.storage.session.get(KEY))[KEY] ?? {};
}

/** @param {{value: string, of: string, name: string, sites: string[]}} field */
export async function remember({ value, of, name, sites }) {
  if (!PRIVATE_KINDS.includes(of)) return;
  values.set(value, of);
  if (values.size > KEPT) values.delete(values.keys().next().value);
  if (!name) return;
  const known = await names();
  for (const site of sites) known[site] = { ...known[site], [name]: of };
  await chrome.storage.session.set({ [KEY]: known });
}

/** Nothing of one recording is kept for the next. */
export async function forget() {
  values.clear();
  await chrome.storage.session.remove(KEY);
}

/** Events that were masked in their page, without what other pages' private fields held. */
export async function withoutPrivate(events) {
  const known = await names();
  const secrets = [...values].map(([value, kind]) => ({ value, kind }));
  const namesFor = (url) => new Map(Object.entries(known[originOf(url)] ?? {}));
  return events.map((event) => maskEvent(event, secrets, namesFor));
}
