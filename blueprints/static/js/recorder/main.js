/** The recorder page: what happens when. Its states are `idle starting recording paused stopping stopped submitting failed`. */
import { call } from "./api.js";
import { device } from "./device.js";
import { talkToExtension } from "./extension.js";
import { offerGoalWindow } from "./goal_window.js";
import * as media from "./media.js";
import { chosenMicrophone, offerMicrophones } from "./microphones.js";
import { showProgress, showUpload } from "./progress.js";
import { run } from "./run.js";
import { isPaired, makeSession } from "./session.js";
import { noStore, openStore } from "./store.js";
import { takeTurn } from "./turn.js";
import { at, hint, play, root, say, setCheck, setState, show, showError, state } from "./view.js";
import { ENDED, explain, extensionCheck, extensionNow, isOlder, MICROPHONE, SCREEN } from "./words.js";

const { assignment, opens, after, unfinished, unfinishedState, checkedExtension, oldestExtension } = root.dataset;
const minimum = Number(root.dataset.minimumSeconds);
const APPROVAL_PATIENCE = 180_000;

/** @type {ReturnType<typeof makeSession> | null} */
let session = null;
let opening = null;
/** A session that was opened here before and not used; later attempts open one of their own. */
let reusable = unfinishedState === "ready";
let openedOnce = false;
let take = null;
/** @type {ReturnType<typeof run> | null} */
let running = null;
let store = noStore;
let microphone = "prompt";
/** Whether Record may be offered: nothing unfinished is in the way, and no other tab records this. */
let free = false;

const extension = talkToExtension(onExtension);
const countEvents = () => (extension.latest?.sent ?? 0) + (extension.latest?.pending ?? 0);
const isRunning = () => ["recording", "paused"].includes(state());
const allSent = () => session.files.every((file) => file.complete);

const told = {
  partSize: Number(root.dataset.partSize),
  onChange: showUpload,
  onTrouble: (problem) => say("upload-trouble", problem ? "The connection is interrupted. Nothing is lost; it is tried again and again." : ""),
  onUnkept: () => hint("store", "This browser cannot keep a copy on its disk. Do not close this tab before all is sent."),
};

function adopt(opened) {
  session = makeSession(opened, extension, { ...told, store });
  root.dataset.session = opened.id;
  session.pair();
  return session;
}

/** The training task belongs to no assignment. */
const openNew = () => call("POST", opens, assignment && { assignment_id: Number(assignment), device: device() });

/** A new session puts earlier attempts aside. */
function ensureSession() {
  const open = () => (reusable
    ? call("GET", `/api/sessions/${unfinished}/ticket`)
    : openNew());
  opening ??= open().then(adopt).catch((problem) => {
    opening = null;
    throw problem;
  });
  return opening;
}

function refreshRecord() {
  if (!at("record")) return;
  const able = media.canRecord();
  const changed = checkedExtension && extension.latest?.version !== checkedExtension;
  show("check-again", Boolean(changed));
  const wrong = (!able && SCREEN.missing)
    || (MICROPHONE[microphone][0] === "missing" && "Recording needs a microphone.")
    || (!extension.latest && "Recording needs the extension. Install it, then load this page again.")
    || (isOlder(extension.latest.version, oldestExtension) && "Recording needs a newer extension. Put it in the old one’s place, then load this page again.")
    || (changed && "Your extension is another version than the one that was checked. Check your computer again; it takes a minute.")
    || (!free && "It cannot begin yet.");
  at("record").disabled = Boolean(wrong) || state() === "starting";
  say("record-why", wrong || "You can stop at any time, and look at the recording before you submit it.");
}

function onExtension(status) {
  const wanted = status && session && status.session !== session.id && !["recording", "offline"].includes(status.state);
  setCheck("check-extension", ...extensionCheck(wanted ? { ...status, state: "unpaired" } : status, oldestExtension));
  say("event-count", String(countEvents()));
  say("extension-says", extensionNow(status));
  const asks = state() === "starting" && status?.state === "awaiting_approval";
  hint("approval", asks ? "The extension asks something in a tab of its own. Answer there; the recording then begins." : null);
  const lost = isRunning() && (!status || status.session !== session.id);
  hint("extension", lost ? "The extension does not answer, so clicks may be missing. Stop, load this page again, and record anew." : null);
  if (isRunning() && status?.session === session.id && status.state === "refused") stop(status.error);
  running?.follow(status);
  // The extension asks the person before the first session, so it is told of it as early as possible.
  if (status && free && !openedOnce && at("record")) {
    openedOnce = true;
    ensureSession().catch((problem) => showError(explain(problem)));
  }
  refreshRecord();
}

function onMicrophone(found) {
  microphone = found;
  setCheck("check-microphone", ...MICROPHONE[microphone]);
  offerMicrophones();
  refreshRecord();
}

async function connectExtension() {
  if (!isPaired(extension.latest, session.id)) session.pair();
  if (!await session.connected(APPROVAL_PATIENCE)) throw new Error("The extension did not connect.");
}

async function start() {
  setState("starting");
  refreshRecord();
  let screen = null;
  let voice = null;
  try {
    screen = await media.chooseScreen();
    setCheck("check-screen", "ok", SCREEN.ok);
    voice = await media.openMicrophone(chosenMicrophone());
    setCheck("check-microphone", ...MICROPHONE.granted);
    await ensureSession();
    await connectExtension();
    if (!await session.startExtension(APPROVAL_PATIENCE)) throw new Error("The extension did not begin to record. Press Record again, and choose the sites when it asks.");
    await begin(screen, voice);
  } catch (problem) {
    if (take) await dropTake();
    media.release(screen, voice);
    extension.ask("stop");
    setCheck("check-screen", "waiting", SCREEN.waiting);
    setState("idle");
    setState("failed");
    showError(explain(problem));
    onMicrophone(microphone);
  }
}

/** A recording that the server did not let begin. */
async function dropTake() {
  await take.stop();
  await store.forget(session.id).catch(told.onUnkept);
  take = session = opening = null;
  reusable = false;
}

async function begin(screen, voice) {
  const files = session.openFiles();
  const kept = [];
  take = media.record({ screen, microphone: voice }, (kind, chunk) => {
    if (kind === "screen") kept.push(chunk);
    files[kind].add(chunk);
  }, (reason) => stop(ENDED[reason]));
  take.picture = () => new Blob(kept, { type: media.TYPES.screen });
  await session.begin(await take.started);
  const progress = (recorded) => showProgress(screen, voice, minimum, countEvents, recorded);
  running = run({ take, session, progress, onSuspended: stop });
  // Any other refusal is shown when the recording is finished; until then the recording matters more.
  session.send().catch((problem) => problem.code === "suspended" && stop(problem.message));
}

async function stop(why = null) {
  if (!isRunning()) return;
  setState("stopping");
  hint("ended", why);
  running.end();
  await take.stop();
  session.files.forEach((file) => file.end());
  const picture = take.picture();
  take = null;
  await finish(picture);
}

/** From the end of the recording to the button that submits it; after a failure it goes on where it was. */
async function finish(picture) {
  try {
    const delivered = await session.stopExtension();
    const { pending = 0 } = extension.latest ?? {};
    hint("pending", delivered ? null : `${pending || "Some"} events of the extension have not arrived yet. They are kept and follow when the connection is back.`);
    await session.end();
    // What was recorded may be delivered, now that nothing is added to it any more.
    if (extension.latest?.state === "refused") session.pair();
    setState("stopped");
    if (picture && !at("playback").src) play(picture);
    show("playback", Boolean(picture));
    show("no-playback", !picture);
    at("finished-title").focus();
    say("submit-why", allSent() ? "" : "You can submit as soon as all of it has been sent.");
    await session.send();
    at("submit").disabled = false;
    say("submit-why", "");
  } catch (problem) {
    setState("failed");
    showError(explain(problem), () => finish(picture));
  }
}

async function submit() {
  setState("submitting");
  at("submit").disabled = true;
  try {
    await session.submit(at("note")?.value ?? "");
    location.assign(`${after}/${session.id}`);
  } catch (problem) {
    setState("failed");
    showError(explain(problem), submit);
  }
}

async function resume() {
  at("resume-send").disabled = true;
  try {
    // It was cut off. Who has been suspended since gets a ticket only for what has stopped.
    if (unfinishedState === "recording") await call("POST", `/api/sessions/${unfinished}/stop`);
    adopt(await call("GET", `/api/sessions/${unfinished}/ticket`));
    const picture = await session.takeUpFiles();
    show("resume", false);
    await finish(picture);
  } catch (problem) {
    at("resume-send").disabled = false;
    showError(explain(problem));
  }
}

/** A new session puts the old recording aside; the page then begins from the start. */
async function startOver() {
  const old = session?.id ?? unfinished;
  try {
    await openNew();
    await store.forget(old);
    window.removeEventListener("beforeunload", warn);
    location.reload();
  } catch (problem) {
    showError(explain(problem));
  }
}

function warn(event) {
  const unsent = isRunning() || state() === "stopping" || (session?.files.length > 0 && !allSent());
  if (unsent) event.preventDefault();
}

async function offerUnfinished() {
  const files = await store.files(unfinished).catch(() => []);
  if (unfinishedState === "stopped" || files.length > 0) {
    show("resume", true);
    show("prepare", false);
    show("practice", false);
    return true;
  }
  return false;
}

async function prepare() {
  if (!media.canRecord()) setCheck("check-screen", "missing", SCREEN.missing);
  else setCheck("check-screen", "waiting", SCREEN.waiting);
  store = await openStore().catch(() => {
    told.onUnkept();
    return noStore;
  });
  await store.forgetOld().catch(told.onUnkept);
  if (media.canRecord()) await media.watchMicrophone(onMicrophone);
  if (navigator.locks && !await takeTurn(`codesight-recorder-${assignment ?? "training"}`)) hint("turn", "This scenario is open in another tab. Record there, or close that tab and load this page again.");
  else if (!unfinished || unfinishedState === "ready" || !await offerUnfinished()) free = true;
  onExtension(extension.latest);
}

at("record")?.addEventListener("click", start);
at("pause").addEventListener("click", () => running.turn());
at("stop").addEventListener("click", () => stop());
at("submit").addEventListener("click", submit);
at("again")?.addEventListener("click", startOver);
at("resume-send").addEventListener("click", resume);
at("resume-drop")?.addEventListener("click", startOver);
window.addEventListener("beforeunload", warn);
offerGoalWindow();
prepare();
