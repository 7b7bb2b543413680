/** A recording that runs and can be paused: then nothing is recorded, no picture, no voice and no events. */
import { isCapturing } from "./session.js";
import { at, hint, setState, state } from "./view.js";

/** A person may be asked first. */
const PATIENCE = 180_000;

/**
 * @param {object} made
 * @param {import("./media.js").Take} made.take
 * @param {ReturnType<typeof import("./session.js").makeSession>} made.session
 * @param {(recorded: number) => ReturnType<typeof import("./progress.js").showProgress>} made.progress shows it, from so
 *   many milliseconds on
 * @param {(why: string) => void} made.onSuspended
 */
export function run({ take, session, progress, onSuspended }) {
  const title = document.title;
  let recorded = 0;
  let stopProgress = null;
  let pausedInExtension = false;

  function go() {
    setState("recording");
    stopProgress = progress(recorded);
  }

  function pause() {
    take.pause();
    recorded = stopProgress();
    stopProgress = () => recorded;
    setState("paused");
    document.title = `❚❚ Paused · ${title}`;
    session.pauseExtension();
  }

  async function goOn() {
    at("pause").disabled = true;
    const ready = await session.startExtension(PATIENCE);
    at("pause").disabled = false;
    if (state() !== "paused") return;
    hint("extension", ready ? null : "The extension does not answer. Stop, load this page again, and record anew.");
    if (!ready) return;
    take.resume();
    document.title = title;
    go();
    session.notePauses(take.pauses).catch((problem) => problem.code === "suspended" && onSuspended(problem.message));
  }

  go();
  return {
    turn: () => (state() === "paused" ? goOn() : pause()),

    /** The extension's popup has a button for it as well. */
    follow(status) {
      const paused = status?.session === session.id && status.paused;
      if (paused && !pausedInExtension && state() === "recording") pause();
      if (pausedInExtension && isCapturing(status) && state() === "paused" && !at("pause").disabled) goOn();
      pausedInExtension = paused;
    },

    end() {
      stopProgress();
      document.title = title;
    },
  };
}
