/** The recorder page's elements: which are shown in which state, and what stands in them. */

export const root = document.getElementById("recorder");
export const at = (id) => document.getElementById(id);

const PANELS = {
  prepare: ["idle", "starting"],
  practice: ["idle", "starting"],
  running: ["recording", "paused", "stopping"],
  finished: ["stopped", "submitting"],
};
const hints = new Map();

export const state = () => root.dataset.state;

/** A failure leaves in place what can be seen, so that it can be tried again. */
export function setState(next) {
  root.dataset.state = next;
  if (next !== "failed") {
    for (const [id, states] of Object.entries(PANELS)) show(id, states.includes(next));
    show("sending", !PANELS.prepare.includes(next));
    showError(null);
  }
  if (at("record")) at("record").querySelector(".label").textContent = next === "starting" ? "Starting…" : "Record";
  at("stop").disabled = next === "stopping";
  say("running-title", { stopping: "Finishing…", paused: "Paused" }[next] ?? "Recording");
  at("pause").disabled = next === "stopping";
  say("pause-label", next === "paused" ? "Go on" : "Pause");
  show("paused", next === "paused");
}

export function show(id, visible) {
  if (at(id)) at(id).hidden = !visible;
}

export function say(id, text) {
  if (at(id)) at(id).textContent = text;
}

export function setCheck(id, value, text) {
  const item = at(id);
  if (!item) return;
  item.dataset.state = value;
  // A screen reader is told only what is new.
  if (item.querySelector(".say").textContent !== text) item.querySelector(".say").textContent = text;
  const more = item.querySelector(".more");
  if (more) more.hidden = value !== "missing";
}

/**
 * @param {string | null} text
 * @param {(() => void) | null} [again] what the button "Try again" does
 */
export function showError(text, again = null) {
  at("recorder-error").textContent = text ?? "";
  show("recorder-error", Boolean(text));
  show("retry", Boolean(again));
  at("retry").onclick = again;
  if (text) at("recorder-error").scrollIntoView({ block: "nearest" });
}

/** Warnings that come and go, one for each `key`. */
export function hint(key, text) {
  if (text) hints.set(key, text);
  else hints.delete(key);
  const all = [...hints.values()].join(" ");
  if (at("recorder-hint").textContent !== all) at("recorder-hint").textContent = all;
  show("recorder-hint", hints.size > 0);
}

/** Shows a recording out of memory. */
export function play(blob) {
  const video = at("playback");
  video.src = URL.createObjectURL(blob);
  // What MediaRecorder makes has no duration; asked for a place far behind the end, the browser finds it.
  video.addEventListener("loadedmetadata", () => {
    if (Number.isFinite(video.duration)) return;
    video.addEventListener("durationchange", () => { video.currentTime = 0; }, { once: true });
    video.currentTime = 1e7;
  }, { once: true });
}
