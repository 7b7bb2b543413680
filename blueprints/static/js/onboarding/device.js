/** The device check: measures what this browser can do; the server judges it and says what to do. */
import { call } from "../recorder/api.js";
import { talkToExtension } from "../recorder/extension.js";
import { listen } from "../recorder/level.js";
import * as media from "../recorder/media.js";
import { chosenMicrophone, offerMicrophones } from "../recorder/microphones.js";
import { watch } from "../recorder/picture.js";
import { isPaired, makeSession } from "../recorder/session.js";
import { at, say, setCheck, show } from "../recorder/view.js";
import { explain } from "../recorder/words.js";

const LISTEN = 6000;
const LOOK_EVERY = 200;
/** Long enough for a person to find the extension's question and to press Allow. */
const APPROVAL_PATIENCE = 60_000;
const EXTENSION_PATIENCE = 4000;

const extension = talkToExtension(() => {});
const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** @returns {Promise<[MediaStream | null, string]>} the stream, or the browser's name for what went wrong */
const opened = (opening) => opening.then((stream) => [stream, ""], (problem) => [null, problem.name]);

async function measureMedia() {
  // The browser opens its picker for a click only, so this comes first.
  const [screen, screenProblem] = await opened(media.canRecord() ? media.chooseScreen() : Promise.reject(new DOMException("", "NotSupportedError")));
  const [microphone, microphoneProblem] = await opened(navigator.mediaDevices?.getUserMedia ? media.openMicrophone(chosenMicrophone()) : Promise.reject(new DOMException("", "NotSupportedError")));
  let loudest = 0;
  const deafen = microphone && listen(microphone, (level) => {
    loudest = Math.max(loudest, level);
    at("level").value = level;
  }, () => {});
  let seen = null;
  const look = screen && watch(screen, LOOK_EVERY, (now) => { seen = now; });
  say("now", "Say a sentence aloud, and scroll in what you share.");
  await wait(LISTEN);
  look?.();
  deafen?.();
  media.release(screen, microphone);
  await offerMicrophones();
  return {
    microphone_level: microphone ? loudest : null,
    microphone_problem: microphoneProblem,
    screen_brightest: seen?.brightest ?? null,
    screen_changes: seen?.changes ?? null,
    screen_problem: screenProblem,
  };
}

async function measureExtension() {
  if (!await extension.until(() => true, EXTENSION_PATIENCE)) return {};
  const { version, state } = extension.latest;
  // It is at work for a recording in another tab: connected, and not to be disturbed.
  if (["recording", "offline"].includes(state)) return { extension_version: version, extension_connected: true };
  say("now", "Connecting the extension. If it asks in a tab of its own, press Allow there.");
  const session = makeSession(await call("POST", "/api/onboarding/device/session"), extension, {});
  if (!isPaired(extension.latest, session.id)) session.pair();
  return { extension_version: version, extension_connected: await session.connected(APPROVAL_PATIENCE) };
}

async function measureSpace() {
  const estimate = await navigator.storage?.estimate?.().catch(() => null);
  return { free_bytes: estimate ? Math.max(0, estimate.quota - estimate.usage) : null };
}

async function check() {
  show("problem", false);
  show("measuring", true);
  at("check").disabled = true;
  try {
    say("now", "Choose what to share.");
    const found = { ...await measureMedia(), ...await measureExtension(), ...await measureSpace() };
    const { passed, results } = await call("POST", "/api/onboarding/device", found);
    for (const { name, ok, message } of results) setCheck(`part-${name}`, ok ? "ok" : "missing", message);
    say("verdict", passed ? "This computer is ready." : "Something is still missing. Below it says what to do.");
    show("go-on", passed);
  } catch (problem) {
    say("problem", explain(problem));
    show("problem", true);
  }
  show("measuring", false);
  at("check").disabled = false;
  at("check").textContent = "Check again";
}

at("check").addEventListener("click", check);
offerMicrophones();
