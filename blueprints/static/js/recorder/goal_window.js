/** The goal, the time, Stop and Pause in a small window above all others, where the browser has such windows. */
import { at, root, show, state } from "./view.js";

const SIZE = { width: 400, height: 340 };
/** What is repeated there, as long as it is recorded. */
const REPEATED = ["pause-label", "running-title", "timer", "timer-of", "recorder-hint"];

const BUTTONS = ["stop", "pause"];

let small = null;

function repeat() {
  for (const id of REPEATED) {
    const [here, there] = [at(id), small.document.getElementById(id)];
    if (there.textContent !== here.textContent) there.textContent = here.textContent;
    there.hidden = here.hidden;
  }
  for (const id of BUTTONS) small.document.getElementById(id).disabled = at(id).disabled;
  if (!["recording", "paused", "stopping"].includes(state())) small.close();
}

async function open() {
  small = await window.documentPictureInPicture.requestWindow(SIZE);
  const there = small.document;
  there.documentElement.lang = document.documentElement.lang;
  there.title = "Your goal";
  for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) there.head.append(sheet.cloneNode());
  there.body.append(at("goal-window").content.cloneNode(true));
  for (const id of BUTTONS) there.getElementById(id).addEventListener("click", () => at(id).click());
  const changes = new MutationObserver(repeat);
  const attributeFilter = ["hidden", "disabled", "data-state"];
  changes.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter });
  small.addEventListener("pagehide", () => {
    changes.disconnect();
    show("open-goal-window", true);
  });
  show("open-goal-window", false);
  repeat();
}

/** Offers the window, if the browser has such windows: it opens after a click only. */
export function offerGoalWindow() {
  show("open-goal-window", "documentPictureInPicture" in window);
  at("open-goal-window").addEventListener("click", open);
}
