// The video and the lists beside it, kept in step; used where a recording is reviewed or looked at.
const STEP_S = 5;
const SPEEDS = [0.5, 1, 1.5, 2, 3, 4];

const player = document.getElementById("player");
const timeline = document.getElementById("timeline");
const events = [...document.querySelectorAll(".event")];
const times = events.map((event) => Number(event.dataset.t));
let current = -1;

function go(seconds) {
  if (!player) return;
  player.currentTime = Math.max(0, Math.min(seconds, player.duration || seconds));
}

/** The last event at or before a moment; -1 before the first. */
function eventAt(seconds) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function mark(index) {
  if (index === current) return;
  events[current]?.removeAttribute("aria-current");
  current = index;
  const now = events[current];
  if (!now) return;
  now.setAttribute("aria-current", "true");
  // Only the box scrolls, and not under the pointer of somebody who is reading in it.
  if (!timeline.matches(":hover")) timeline.scrollTop = now.offsetTop - timeline.offsetTop - timeline.clientHeight / 3;
}

function neighbour(direction) {
  const shown = (event) => event.offsetParent !== null;
  let index = current + direction;
  while (events[index] && (!shown(events[index]) || times[index] === times[current])) index += direction;
  if (!events[index]) return;
  mark(index);
  go(times[index]);
}

function changeSpeed(direction) {
  const index = SPEEDS.indexOf(player.playbackRate) + direction;
  if (SPEEDS[index]) player.playbackRate = SPEEDS[index];
}

const KEYS = {
  " ": () => (player.paused ? player.play() : player.pause()),
  k: () => KEYS[" "](),
  j: () => go(player.currentTime - STEP_S),
  l: () => go(player.currentTime + STEP_S),
  ",": () => neighbour(-1),
  ".": () => neighbour(1),
  "-": () => changeSpeed(-1),
  "+": () => changeSpeed(1),
  "=": () => changeSpeed(1),
};

/** Whether an element has a use of its own for a key. */
function uses(element, key) {
  if (element.closest("textarea, select, audio, input:not([type=checkbox], [type=radio])")) return true;
  return key === " " && element.closest("a, button:not(.event, .step, [data-press]), summary, input") !== null;
}

// Before the video's own controls, which would play or pause a second time.
document.addEventListener(
  "keydown",
  (event) => {
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!player || !action || event.ctrlKey || event.metaKey || event.altKey || uses(event.target, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  },
  true,
);

// The pressed space was taken above; a button would still be clicked when it comes up.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.closest?.(".event, .step, [data-press]")) event.preventDefault();
});

for (const item of document.querySelectorAll(".event, .step")) {
  item.addEventListener("click", () => {
    mark(item.classList.contains("event") ? events.indexOf(item) : eventAt(Number(item.dataset.t)));
    go(Number(item.dataset.t));
  });
}

for (const button of document.querySelectorAll("[data-press]")) {
  button.addEventListener("click", () => KEYS[button.dataset.press]());
}

document.getElementById("quiet")?.addEventListener("change", (event) => {
  timeline.classList.toggle("only-deeds", event.target.checked);
});

if (player) {
  // After a click several events can share a time: the one that was chosen stays marked until the video moves on.
  player.addEventListener("timeupdate", () => {
    if (times[current] === undefined || Math.abs(times[current] - player.currentTime) > 0.05) mark(eventAt(player.currentTime));
  });
  player.addEventListener("ratechange", () => {
    document.getElementById("speed").textContent = `${player.playbackRate}×`;
  });
}
