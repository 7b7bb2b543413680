/** A recording that runs and can be paused: then nothing is recorded, no picture, no voice and no events. */
import { setState } from "./view.js";

/**
 * @param {import("./media.js").Take} take
 * @param {(recorded: number) => ReturnType<typeof import("./progress.js").showProgress>} progress shows it, from so many milliseconds on
 */
export function run(take, progress) {
  const title = document.title;
  let recorded = 0;
  let stopProgress = null;

  function go() {
    setState("recording");
    stopProgress = progress(recorded);
  }

  go();
  return {
    pause() {
      take.pause();
      recorded = stopProgress();
      stopProgress = () => recorded;
      setState("paused");
      document.title = `❚❚ Paused · ${title}`;
    },
    goOn() {
      take.resume();
      document.title = title;
      go();
    },
    end() {
      stopProgress();
      document.title = title;
    },
  };
}
