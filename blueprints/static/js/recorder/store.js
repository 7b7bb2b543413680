/** What was recorded and is not submitted yet, in this browser's IndexedDB: a reload or a crash loses nothing. */

const NAME = "codesight-recorder";
/** Recordings that nobody came back to for so long are given up. */
const KEPT_FOR = 14 * 86_400_000;

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** All keys of one session (or one of its files) lie between these. */
const within = (...key) => IDBKeyRange.bound(key, [...key, []]);

/**
 * @typedef {{session: string, kind: string, contentType: string, begun: number, size: number, parts: number, complete: boolean}} File
 *   one file of a recording: when it was begun (Unix milliseconds), bytes recorded, parts that the server has, whether it
 *   is whole there
 * @typedef {{session: string, kind: string, offset: number, blob: Blob}} Chunk
 */

/** @returns {Promise<Store>} */
export async function openStore() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("files", { keyPath: ["session", "kind"] });
    opening.result.createObjectStore("chunks", { keyPath: ["session", "kind", "offset"] });
  };
  return new Store(await done(opening));
}

export class Store {
  #db;

  constructor(db) {
    this.#db = db;
  }

  /** @param {(files: IDBObjectStore, chunks: IDBObjectStore) => void} change */
  async #write(change) {
    const transaction = this.#db.transaction(["files", "chunks"], "readwrite");
    change(transaction.objectStore("files"), transaction.objectStore("chunks"));
    await committed(transaction);
  }

  #changeFile(files, session, kind, change) {
    const reading = files.get([session, kind]);
    reading.onsuccess = () => reading.result && files.put({ ...reading.result, ...change(reading.result) });
  }

  begin(session, kind, contentType) {
    return this.#write((files) => files.put({ session, kind, contentType, begun: Date.now(), size: 0, parts: 0, complete: false }));
  }

  add(session, kind, offset, blob) {
    return this.#write((files, chunks) => {
      chunks.put({ session, kind, offset, blob });
      this.#changeFile(files, session, kind, () => ({ size: offset + blob.size }));
    });
  }

  /** The server has the first `parts` parts. The chunks stay: the worker may want to look at it after a reload. */
  acknowledge(session, kind, parts) {
    return this.#write((files) => this.#changeFile(files, session, kind, () => ({ parts })));
  }

  complete(session, kind) {
    return this.#write((files) => this.#changeFile(files, session, kind, () => ({ complete: true })));
  }

  /** @returns {Promise<File[]>} */
  files(session) {
    return done(this.#db.transaction("files").objectStore("files").getAll(within(session)));
  }

  /** @returns {Promise<Chunk[]>} in their order */
  chunks(session, kind) {
    return done(this.#db.transaction("chunks").objectStore("chunks").getAll(within(session, kind)));
  }

  forget(session) {
    return this.#write((files, chunks) => {
      files.delete(within(session));
      chunks.delete(within(session));
    });
  }

  async forgetOld() {
    const all = await done(this.#db.transaction("files").objectStore("files").getAll());
    for (const { session, begun } of all) if (begun < Date.now() - KEPT_FOR) await this.forget(session);
  }
}

/** Stands in where the browser keeps nothing, as in some private windows: the recording then lives in memory only. */
export const noStore = {
  begin: async () => {},
  add: async () => {},
  acknowledge: async () => {},
  complete: async () => {},
  files: async () => [],
  chunks: async () => [],
  forget: async () => {},
  forgetOld: async () => {},
};
