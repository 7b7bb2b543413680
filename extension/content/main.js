/** Decides whether this page is recorded, and starts and stops everything that listens. */
(() => {
  const cs = globalThis.codesightContent;
  // It came twice: as the page began to load, and into the open page.
  if (cs.running) return;
  cs.running = true;

  let recording = null;

  function startRecording(late) {
    const exit = cs.makeExit(() => stopRecording());
    const stopNavigation = cs.watchNavigation(exit, late);
    const inputs = cs.watchInputs(exit);
    const keys = cs.watchKeys(exit, inputs.commit);
    const stops = [
      cs.watchClicks(exit, keys), cs.watchScrolls(exit), cs.watchHovers(exit), cs.watchDrags(exit), cs.watchClipboard(exit),
      cs.watchDialogs(exit), cs.watchResizes(exit), keys.stop, inputs.stop, stopNavigation,
    ];
    recording = { exit, stop: () => stops.forEach((stop) => stop()) };
  }

  function stopRecording() {
    recording?.stop();
    recording = null;
  }

  function decide(capture) {
    const wanted = Boolean(capture?.on) && cs.isRecordedPage(capture.server);
    if (!wanted) {
      recording?.exit.drop();
      stopRecording();
    } else {
      if (!recording) startRecording(true);
      recording.exit.open();
    }
  }

  function onStored({ capture }, area) {
    if (area !== 'local' || !capture) return;
    // Switched on while this page was open: only what the person looks at is where the demonstration begins.
    const begins = capture.newValue?.on && !capture.oldValue?.on;
    if (begins && document.visibilityState !== 'visible') {
      document.addEventListener('visibilitychange', decideFromStorage, { once: true });
    } else {
      decide(capture.newValue);
    }
  }

  async function decideFromStorage() {
    decide((await chrome.storage.local.get('capture')).capture);
  }

  cs.watchPasswordFields();
  chrome.storage.onChanged.addListener(onStored);
  // A page that comes back from the browser's memory has missed what changed meanwhile.
  window.addEventListener('pageshow', (event) => event.persisted && decideFromStorage());
  // Listening begins before the answer is there, so that a quick first click is not lost.
  startRecording(false);
  decideFromStorage();
})();
