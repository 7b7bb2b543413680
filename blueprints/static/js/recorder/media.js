/** Screen and microphone, and the two files that are made of them. */

export const TYPES = { screen: "video/webm;codecs=vp8,opus", microphone: "audio/webm;codecs=opus" };
const SLICE = 2000;
const RATES = { screen: { videoBitsPerSecond: 1_200_000, audioBitsPerSecond: 64_000 }, microphone: { audioBitsPerSecond: 64_000 } };

/** @returns {boolean} whether this browser can record at all */
export const canRecord = () => Boolean(
  navigator.mediaDevices?.getDisplayMedia && window.MediaRecorder && Object.values(TYPES).every((type) => MediaRecorder.isTypeSupported(type)),
);

/** Must be the first thing after the click: the browser opens its picker for a click only. */
export function chooseScreen() {
  const controller = window.CaptureController && new CaptureController();
  // The microphone is asked for next, on this page: stay here instead of showing what was chosen.
  controller?.setFocusBehavior?.("no-focus-change");
  return navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 15 } },
    audio: false,
    selfBrowserSurface: "exclude",
    surfaceSwitching: "include",
    ...(controller && { controller }),
  });
}

/** @param {string} id of the device that the worker chose, empty for the browser's own choice; another one if it is gone */
export const openMicrophone = (id) => navigator.mediaDevices.getUserMedia({ audio: id ? { deviceId: { ideal: id } } : true });

/**
 * Watches how the microphone stands, without asking for it.
 * @param {(state: "granted" | "prompt" | "denied" | "none") => void} onState told now and whenever it changes
 */
export async function watchMicrophone(onState) {
  // Firefox knows no such permission; it asks when it is needed.
  const permission = await navigator.permissions.query({ name: "microphone" }).catch(() => ({ state: "prompt" }));
  const look = async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    onState(devices.some((device) => device.kind === "audioinput") ? permission.state : "none");
  };
  navigator.mediaDevices.addEventListener("devicechange", look);
  permission.onchange = look;
  await look();
}

/** @param {...(MediaStream | null)} streams */
export function release(...streams) {
  for (const stream of streams) stream?.getTracks().forEach((track) => track.stop());
}

/**
 * @typedef {object} Take
 * @property {Promise<number>} started Unix milliseconds of the first frame
 * @property {() => void} pause from now on nothing is recorded
 * @property {() => void} resume
 * @property {[number, number][]} pauses begin and end, in Unix milliseconds, of those that are over
 * @property {() => Promise<void>} stop
 */

/**
 * Records both files until `stop`.
 * @param {{screen: MediaStream, microphone: MediaStream}} streams
 * @param {(kind: "screen" | "microphone", chunk: Blob) => void} onChunk
 * @param {(reason: "sharing" | "microphone" | "recorder") => void} onEnded what ended it, when it was not `stop`
 * @returns {Take}
 */
export function record({ screen, microphone }, onChunk, onEnded) {
  const voice = microphone.getAudioTracks();
  const inputs = { screen: new MediaStream([...screen.getVideoTracks(), ...voice]), microphone: new MediaStream(voice) };
  const recorders = Object.entries(inputs).map(([kind, stream]) => {
    const recorder = new MediaRecorder(stream, { mimeType: TYPES[kind], ...RATES[kind] });
    recorder.ondataavailable = ({ data }) => data.size > 0 && onChunk(kind, data);
    recorder.onerror = () => onEnded("recorder");
    return recorder;
  });
  const stopped = recorders.map((recorder) => new Promise((resolve) => { recorder.onstop = resolve; }));
  let asked = null;
  const started = new Promise((resolve, reject) => {
    recorders[0].onstart = () => resolve(asked);
    recorders[0].addEventListener("error", ({ error }) => reject(error));
  });
  screen.getVideoTracks()[0].onended = () => onEnded("sharing");
  voice[0].onended = () => onEnded("microphone");
  // The first frame is taken now; `onstart` comes when the encoder has made something of it, up to seconds later.
  asked = Date.now();
  recorders.forEach((recorder) => recorder.start(SLICE));
  const pauses = [];
  let pausedAt = null;
  let latest = asked;
  /** A clock that is put back between two looks must not make a pause end before it began. */
  const moment = () => {
    latest = Math.max(latest, Date.now());
    return latest;
  };
  return {
    started,
    pauses,
    pause() {
      pausedAt = moment();
      recorders.filter(({ state }) => state === "recording").forEach((recorder) => recorder.pause());
    },
    resume() {
      recorders.filter(({ state }) => state === "paused").forEach((recorder) => recorder.resume());
      pauses.push([pausedAt, moment()]);
    },
    async stop() {
      recorders.filter(({ state }) => state !== "inactive").forEach((recorder) => recorder.stop());
      await Promise.all(stopped);
      release(screen, microphone);
    },
  };
}
