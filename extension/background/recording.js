/** A recording begins, pauses and ends; which sites it may look into is asked as it begins, and nothing noted before. */
import { ask, finish, isGone } from './asking.js';
import { forget } from './private_values.js';
import { changeSession, currentSession, startCapturing, stopCapturing } from './sessions.js';
import { giveBack, letIn, mayEverySite } from './sites.js';
import { publish, publishAtOnce } from './status.js';

const PAGE = 'pages/sites.html';

async function begin(id) {
  await forget();
  await startCapturing(id);
  await publishAtOnce();
}

/**
 * Starts recording, or goes on after a pause; asks for sites first, unless every site is granted.
 * @param {number | null} tab where to return after the answer
 */
export async function start(tab) {
  const session = await currentSession();
  if (session?.phase !== 'paired') throw new Error('Connect to a recording session first.');
  if (session.capturing) return;
  if (session.paused || await mayEverySite()) {
    await letIn();
    await (session.paused ? startCapturing(session.id).then(publishAtOnce) : begin(session.id));
    return;
  }
  await changeSession(session.id, (known) => {
    known.asks_sites = true;
    known.asking_tab = tab;
  });
  await ask(PAGE, '', tab);
  publish();
}

/** The person's answer about sites; the browser has granted them by now. */
export async function answerSites({ allowed, keep }) {
  const session = await currentSession();
  if (!session?.asks_sites) return;
  await changeSession(session.id, (known) => {
    // Until it begins it still asks: "not asking, not recording" is how a page knows that the answer was no.
    known.asks_sites = allowed;
    known.keeps_sites = keep;
  });
  if (allowed) await letIn();
  await finish(PAGE, session);
  if (allowed) await begin(session.id);
  publish();
}

/** What is done from now on is not noted; sites stay granted, and `start` goes on. */
export async function pause() {
  const session = await currentSession();
  if (!session?.capturing) return;
  await stopCapturing(session.id, true);
  await publishAtOnce();
}

/** Ends a recording and gives back what was granted for it. */
export async function stop() {
  const session = await currentSession();
  if (!session) return;
  if (session.asks_sites) await answerSites({ allowed: false, keep: session.keeps_sites });
  await stopCapturing(session.id, false);
  await forget();
  await publishAtOnce();
  if (!session.keeps_sites) await giveBack();
}

/** A closed page is a "not now". */
export async function sitesPageClosed() {
  const session = await currentSession();
  if (session?.asks_sites && await isGone(PAGE)) await answerSites({ allowed: false, keep: session.keeps_sites });
}
