/** Notices that the shared picture stands still while the worker goes on: another window, or one that is minimised. */
import { watch } from "./picture.js";

const LOOK_EVERY = 1000;
const STILL_FOR = 20_000;
/** So many events (clicks, scrolls, edits, new pages) move a picture, if it is the one in which they happen. */
const EVENTS = 5;

/**
 * @param {number} now milliseconds
 * @returns {(now: number, changes: number, events: number) => boolean} whether the picture stands still though it should
 *   not; told how often it has changed, and how many events there were so far
 */
export function makeJudge(now) {
  let last = { now, changes: 0, events: 0 };
  return (time, changes, events) => {
    if (changes !== last.changes) last = { now: time, changes, events };
    return time - last.now >= STILL_FOR && events - last.events >= EVENTS;
  };
}

/**
 * @param {MediaStream} screen
 * @param {() => number} events how many there were so far
 * @param {(still: boolean) => void} onStill told at every look
 * @returns {() => void} stops looking
 */
export function lookAfter(screen, events, onStill) {
  const isStill = makeJudge(performance.now());
  return watch(screen, LOOK_EVERY, ({ changes }) => onStill(isStill(performance.now(), changes, events())));
}
