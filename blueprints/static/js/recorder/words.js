/** What the recorder says, kept apart from what it does. */
import { Refused } from "./api.js";

const MEDIA = {
  NotAllowedError: "The browser was not allowed to record. Nothing is lost. Press Record again, choose what to share, and allow the microphone; if it does not ask any more, press the icon left of the address and allow it there.",
  NotFoundError: "No microphone was found. Plug one in, or choose one in your system’s settings, then press Record again.",
  NotReadableError: "Another program holds the microphone or the screen. Close it, then press Record again.",
  AbortError: "The browser stopped before the recording began. Press Record again.",
  NotSupportedError: "This browser cannot record the screen in the way that is needed. Use a current Chrome, Edge or Chromium.",
};

/** A sentence or two: what happened, that nothing is lost, what to do. */
export function explain(problem) {
  if (problem instanceof Refused) {
    if (problem.status === 401) return "You have been signed out. Nothing is lost: sign in again in another tab, then try again here.";
    return `${problem.message} What you recorded is kept in this browser.`;
  }
  if (problem instanceof TypeError) return "The server cannot be reached. Nothing is lost: look at your connection, then try again.";
  return MEDIA[problem.name] ?? `${problem.message} Nothing is lost: what was recorded is kept in this browser.`;
}

export const ENDED = {
  sharing: "You ended sharing, so the recording has stopped. All of it up to then is here.",
  microphone: "The microphone was disconnected, so the recording has stopped. All of it up to then is here.",
  recorder: "The browser stopped recording. All of it up to then is here.",
};

export const QUIET = "I can’t hear you. Say what you think, or look whether the microphone is muted.";

const STILL = {
  browser: "The tab you share stands still while you click in another one. Go to the tab where you shop and press “Share this tab instead” at its top.",
  window: "The window you share stands still while you click in another one, or it is minimised. Stop, and record again with the window where you shop.",
  monitor: "The screen you share stands still while you click. If you shop on another screen: stop, and record again with that one.",
};

/** @param {MediaStreamTrack} track the shared picture */
export const stillPicture = (track) => STILL[track.getSettings().displaySurface] ?? STILL.window;

export const SCREEN = {
  ok: "Shared.",
  waiting: "You choose a window or the whole screen when you press Record.",
  missing: "This browser cannot record the screen. Use a current Chrome, Edge or Chromium on a laptop or desktop computer.",
};

export const MICROPHONE = {
  granted: ["ok", "Ready."],
  prompt: ["waiting", "Your browser asks for it when you press Record."],
  denied: ["missing", "It is blocked for this site. Press the icon left of the address, and allow the microphone: this page notices."],
  none: ["missing", "None was found. Plug one in: this page notices."],
};

const EXTENSION = {
  unpaired: ["waiting", "Found. It is connected when you press Record."],
  awaiting_approval: ["waiting", "It asks you something in a tab of its own. Answer there."],
  connecting: ["waiting", "Found, and connecting…"],
  connected: ["ok", "Connected."],
  recording: ["ok", "Connected and recording."],
  offline: ["ok", "The connection is down. It goes on recording and sends later; nothing is lost."],
  refused: ["missing", "The server did not accept it for this recording. Load this page again."],
};

/** Whether one version is older than another, as 0.9 is than 0.10. */
export const isOlder = (version, other) => version.localeCompare(other, "en", { numeric: true }) < 0;

/** @returns {[string, string]} the state of the check and what to say */
export function extensionCheck(status, oldest) {
  if (!status) return ["missing", "Not found on this page. If it is installed, press its icon in the toolbar here, then Connect."];
  if (isOlder(status.version, oldest)) return ["missing", `Yours is version ${status.version}; ${oldest} or newer is needed.`];
  const [state, text] = EXTENSION[status.state] ?? ["waiting", status.state];
  return [state, status.error && state !== "ok" ? status.error : text];
}

/** @returns {string} the extension's state in the middle of a recording */
export function extensionNow(status) {
  if (!status) return "does not answer";
  if (status.paused) return "paused";
  return { recording: "recording", offline: "offline, keeps all" }[status.state] ?? "not recording";
}

export function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const megabytes = (bytes) => (bytes / 1_048_576).toFixed(1);
