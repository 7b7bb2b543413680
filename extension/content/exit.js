/**
 * The single exit of the content script. Every event is masked here and nowhere else, at the moment it happens, so
 * that nothing private waits in a buffer.
 */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const RETRY_FIRST = 100;
  const RETRY_LONGEST = 5_000;
  /** Enough for a page that is used before the browser has answered whether it is recorded. */
  const UNDECIDED_LIMIT = 500;

  /**
   * @param {() => void} onRefused called when the background says that nothing is recorded now
   * @returns {{emit: (type: string, about?: object) => void, open: () => void, drop: () => void,
   *            before: (settle: (type: string, element: Element | null) => void) => void}} `before` names what was begun
   *   earlier (a navigation, a half-typed field) and may have to go out first
   */
  cs.makeExit = (onRefused) => {
    /** Masked events, oldest first, that the background has not confirmed. */
    let unconfirmed = [];
    const settlers = [];
    let decided = false;
    let failures = 0;
    let settling = false;

    async function deliver(events) {
      try {
        const answer = await cs.ask({ kind: 'events', events });
        failures = 0;
        unconfirmed = unconfirmed.filter((event) => !events.includes(event));
        if (!answer.capturing) onRefused();
      } catch {
        // The worker was just being stopped. It knows events by their id, so all of them may be told again.
        if (!cs.isAlive()) return;
        setTimeout(redeliver, Math.min(RETRY_LONGEST, RETRY_FIRST * 2 ** failures));
        failures += 1;
      }
    }

    function redeliver() {
      if (unconfirmed.length) deliver([...unconfirmed]);
    }

    function settle(type, element) {
      if (settling) return;
      settling = true;
      for (const run of settlers) run(type, element);
      settling = false;
    }

    return {
      emit(type, about) {
        const event = cs.maskEvent(cs.buildEvent(type, about), cs.secrets());
        settle(type, about?.element ?? null);
        if (!decided && unconfirmed.length >= UNDECIDED_LIMIT) return;
        unconfirmed.push(event);
        if (decided) deliver([event]);
      },
      before: (run) => settlers.push(run),
      open() {
        decided = true;
        redeliver();
      },
      drop() {
        unconfirmed = [];
      },
    };
  };
})();
