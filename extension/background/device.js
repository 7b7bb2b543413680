/** The random number by which this browser's extension is known again, as the server's consent says. */
import { database } from './database.js';

/** @returns {Promise<string>} the same as long as the extension is installed */
export async function deviceId() {
  const tx = (await database()).transaction('settings', 'readwrite');
  const known = await tx.store.get('device') ?? crypto.randomUUID();
  await tx.store.put(known, 'device');
  await tx.done;
  return known;
}
