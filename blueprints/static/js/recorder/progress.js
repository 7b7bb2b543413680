/** What moves while a recording runs: timer, level, upload. */
import { listen } from "./level.js";
import { at, hint, say } from "./view.js";
import { clock, megabytes } from "./words.js";

const QUIET = "I can’t hear you. Say what you think, or look whether the microphone is muted.";

/**
 * @param {MediaStream} microphone
 * @param {number} minimum seconds that are asked for
 * @returns {() => void} stops it
 */
export function showProgress(microphone, minimum) {
  const began = performance.now();
  const title = document.title;
  const icon = document.querySelector("link[rel=icon]");
  const idle = icon.href;
  icon.href = new URL("recording.svg", idle).href;
  let silent = false;
  say("timer-of", `of at least ${clock(minimum * 1000)}`);
  const tick = () => {
    const elapsed = performance.now() - began;
    say("timer", clock(elapsed));
    at("timer-progress").value = Math.min(100, elapsed / minimum / 10);
    at("running").classList.toggle("long-enough", elapsed >= minimum * 1000);
    // Seen on the tab while the worker shops in another one.
    document.title = `${silent ? "Can’t hear you" : "●"} ${clock(elapsed)} · Recording`;
  };
  tick();
  const timer = setInterval(tick, 500);
  const deafen = listen(microphone, (level) => { at("level").value = level; }, (now) => {
    silent = now;
    hint("voice", now ? QUIET : null);
  });
  return () => {
    clearInterval(timer);
    deafen();
    hint("voice", null);
    document.title = title;
    icon.href = idle;
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
