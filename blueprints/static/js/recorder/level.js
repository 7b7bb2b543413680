/** Listens to the microphone: how loud it is, and whether anybody speaks. */
import { every } from "./every.js";

const FLOOR_DB = -60;
const SILENT_BELOW_DB = -50;
const SILENT_AFTER = 20_000;
const EVERY = 100;

function decibels(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return power > 0 ? 10 * Math.log10(power) : -Infinity;
}

/**
 * @param {MediaStream} stream
 * @param {(level: number) => void} onLevel from 0 to 1
 * @param {(silent: boolean) => void} onSilence nothing was heard for 20 s, or something is heard again
 * @returns {() => void} stops listening
 */
export function listen(stream, onLevel, onSilence) {
  const audio = new AudioContext();
  // Created a moment after the click, it may be asleep.
  audio.resume();
  const analyser = audio.createAnalyser();
  // About as long as the time between two looks.
  analyser.fftSize = 4096;
  audio.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let heard = Date.now();
  let silent = false;

  const stop = every(EVERY, () => {
    analyser.getFloatTimeDomainData(samples);
    const loudness = decibels(samples);
    onLevel(Math.max(0, Math.min(1, 1 - loudness / FLOOR_DB)));
    if (loudness > SILENT_BELOW_DB) heard = Date.now();
    const now = Date.now() - heard > SILENT_AFTER;
    if (now !== silent) onSilence(now);
    silent = now;
  });

  return () => {
    stop();
    audio.close();
  };
}
