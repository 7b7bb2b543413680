/** One recording session: on the server, in the extension, and its files on their way. */
import { call, moveSession, persistently } from "./api.js";
import { TYPES } from "./media.js";
import { uploadFile } from "./upload.js";

const DELIVERY_PATIENCE = 20_000;
const PAIRED = new Set(["connected", "recording", "offline"]);
const CAPTURING = new Set(["recording", "offline"]);

/** @returns {boolean} whether the extension records now */
export const isCapturing = (status) => CAPTURING.has(status?.state) && !status.paused;

/** @returns {boolean} whether the extension is ready for this session */
export const isPaired = (status, id) => Boolean(status) && status.session === id && PAIRED.has(status.state);

/**
 * @param {{id: string, ticket: string}} opened
 * @param {ReturnType<typeof import("./extension.js").talkToExtension>} extension
 * @param {object} told see `uploadFile`, and `onTrouble`
 */
export function makeSession({ id, ticket }, extension, told) {
  /** @type {ReturnType<typeof uploadFile>[]} */
  const files = [];
  let pauses = [];

  const addFile = (kind, contentType, earlier) => {
    const file = uploadFile({ session: id, kind, contentType, ...told, onChange: () => told.onChange(files) }, earlier);
    files.push(file);
    return file;
  };

  return {
    id,
    files,
    pair: () => extension.ask("pair", { server: location.origin, session: id, ticket }),

    /** @returns {Promise<boolean>} whether the extension is connected, asked as long as a person may take to allow it */
    connected(patience) {
      return extension.until((status) => isPaired(status, id), patience);
    },

    /** @returns {Promise<boolean>} whether the extension captures now; first it may ask the person which sites it may see */
    async startExtension(patience) {
      const asks = ({ state }) => state === "awaiting_approval";
      extension.ask("start");
      await extension.until((status) => asks(status) || isCapturing(status), 10_000, () => extension.ask("start"));
      await extension.until((status) => !asks(status), patience);
      return isCapturing(extension.latest);
    },

    pauseExtension: () => extension.ask("pause"),

    /** @returns {Promise<boolean>} whether all events have arrived */
    stopExtension() {
      extension.ask("stop");
      const delivered = (status) => status.session !== id || (!isCapturing(status) && status.pending === 0);
      return extension.until(delivered, DELIVERY_PATIENCE, () => extension.ask("stop"));
    },

    /** @returns {Record<string, ReturnType<typeof uploadFile>>} by kind, ready for chunks */
    openFiles() {
      return Object.fromEntries(Object.entries(TYPES).map(([kind, type]) => {
        told.store.begin(id, kind, type).catch(told.onUnkept);
        return [kind, addFile(kind, type)];
      }));
    },

    /**
     * Takes up the files that a closed page left in this browser.
     * @returns {Promise<Blob | null>} the picture, if it is here
     */
    async takeUpFiles() {
      let picture = null;
      for (const { kind, contentType, size, parts, complete } of await told.store.files(id)) {
        const whole = new Blob((await told.store.chunks(id, kind)).map(({ blob }) => blob), { type: contentType });
        addFile(kind, contentType, { size, parts, complete, rest: whole.slice(parts * told.partSize) }).end();
        if (kind === "screen" && whole.size > 0) picture = whole;
      }
      told.onChange(files);
      return picture;
    },

    send: () => Promise.all(files.map((file) => file.run())),
    begin: (ms) => moveSession(id, "start", "recording", { video_started_ms: ms }, told.onTrouble),
    /** @param {[number, number][]} all what the video leaves out so far; told once more at the end */
    notePauses(all) {
      pauses = all;
      return persistently(() => call("POST", `/api/sessions/${id}/pauses`, { pauses }), told.onTrouble);
    },

    async end() {
      if (pauses.length > 0) await this.notePauses(pauses);
      return moveSession(id, "stop", "stopped", undefined, told.onTrouble);
    },

    async submit(note) {
      await call("POST", `/api/sessions/${id}/submit`, { note }).catch((problem) => {
        // Sent before, and only the answer was lost.
        if (problem.details?.state !== "submitted") throw problem;
      });
      await told.store.forget(id).catch(told.onUnkept);
    },
  };
}
