/** Looks at a shared screen: does a picture arrive, and does it move? */
import { every } from "./every.js";

/** Fine enough for a ticked box to be seen. */
const [WIDTH, HEIGHT] = [160, 90];
/** Of 255: what the compression of a still picture may change. */
const NOISE = 8;

/**
 * @param {MediaStream} stream
 * @param {number} interval milliseconds between two looks
 * @param {(seen: {brightest: number | null, changes: number}) => void} onLook told at every look of the brightest point so
 *   far, from 0 to 255 and null while no picture came, and of how often the picture was another one than the time before
 * @returns {() => void} stops looking
 */
export function watch(stream, interval, onLook) {
  const video = Object.assign(document.createElement("video"), { srcObject: stream, muted: true, playsInline: true });
  // Not waited for: a tab that stands still sends no picture, and then this never begins to play.
  video.play().catch(() => {});
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const painter = canvas.getContext("2d", { willReadFrequently: true });
  const seen = { brightest: null, changes: 0 };
  let before = null;

  const look = () => {
    painter.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const picture = painter.getImageData(0, 0, WIDTH, HEIGHT).data;
    let differs = false;
    for (let at = 0; at < picture.length; at += 4) {
      seen.brightest = Math.max(seen.brightest ?? 0, picture[at], picture[at + 1], picture[at + 2]);
      differs ||= before !== null && Math.abs(picture[at + 1] - before[at + 1]) > NOISE;
    }
    if (differs) seen.changes += 1;
    before = picture;
  };

  return every(interval, () => {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) look();
    onLook(seen);
  });
}
