/** Hovering: what the pointer rests on, if it can be used; at most once a second. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const EVERY = 1_000;
  /** Passing over something is not looking at it. */
  const REST = 120;

  cs.watchHovers = (exit) => {
    let under = null;
    let timer = null;
    let last = -Infinity;

    function rested(element, pointer) {
      if (under !== element || !element.isConnected || performance.now() - last < EVERY) return;
      last = performance.now();
      exit.emit('hover', { element, pointer });
    }

    function onOver(event) {
      const hit = event.isTrusted && event.pointerType !== 'touch' ? cs.deepTarget(event) : null;
      const element = hit && cs.interactive(hit);
      if (element === under) return;
      under = element;
      clearTimeout(timer);
      if (!element) return;
      const pointer = cs.pointerOf(event, element);
      timer = setTimeout(() => rested(element, pointer), REST);
    }

    const stop = cs.listen(document, ['pointerover'], onOver);
    return () => {
      clearTimeout(timer);
      stop();
    };
  };
})();
