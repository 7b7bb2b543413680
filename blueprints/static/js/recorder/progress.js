/** What moves while a recording runs: timer, level, warnings about voice and picture, upload. */
import { every } from "./every.js";
import { listen } from "./level.js";
import { lookAfter } from "./sight.js";
import { at, hint, say } from "./view.js";
import { clock, megabytes, QUIET, stillPicture } from "./words.js";

/**
 * @param {MediaStream} screen
 * @param {MediaStream} microphone
 * @param {number} minimum seconds that are asked for
 * @param {() => number} events how many events there were so far
 * @param {number} before milliseconds that were recorded before a pause
 * @returns {() => number} stops it, and tells how many milliseconds are recorded
 */
export function showProgress(screen, microphone, minimum, events, before) {
  const began = performance.now() - before;
  const title = document.title;
  /** What the tab says instead of its dot. */
  const troubles = new Map();
  const icon = document.querySelector("link[rel=icon]");
  const idle = icon.href;
  icon.href = new URL("recording.svg", idle).href;
  say("timer-of", `of at least ${clock(minimum * 1000)}`);
  const tick = () => {
    const elapsed = performance.now() - began;
    say("timer", clock(elapsed));
    at("timer-progress").value = Math.min(100, elapsed / minimum / 10);
    at("running").classList.toggle("long-enough", elapsed >= minimum * 1000);
    // Seen on the tab while the worker shops in another one.
    document.title = `${troubles.values().next().value ?? "●"} ${clock(elapsed)} · Recording`;
  };
  const warn = (key, title, text) => {
    if (text) troubles.set(key, title);
    else troubles.delete(key);
    hint(key, text);
  };
  tick();
  const stops = [
    every(500, tick),
    listen(microphone, (level) => { at("level").value = level; }, (silent) => warn("voice", "Can’t hear you", silent && QUIET)),
    lookAfter(screen, events, (still) => warn("picture", "Wrong window?", still && stillPicture(screen.getVideoTracks()[0]))),
  ];
  return () => {
    stops.forEach((stop) => stop());
    ["voice", "picture"].forEach((key) => hint(key, null));
    document.title = title;
    icon.href = idle;
    return performance.now() - began;
  };
}

/** @param {{sent: number, size: number, complete: boolean}[]} files */
export function showUpload(files) {
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  const complete = files.every((file) => file.complete);
  at("upload-progress").max = sum("size") || 1;
  at("upload-progress").value = complete ? at("upload-progress").max : sum("sent");
  say("upload-text", complete ? `All ${megabytes(sum("size"))} MB` : `${megabytes(sum("sent"))} of ${megabytes(sum("size"))} MB`);
}
