/** Scrolling: the whole movement of 200 ms in one event for each scroller. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const EVERY = 200;

  cs.watchScrolls = (exit) => {
    /** The place each scroller was last reported at. @type {WeakMap<object, {x: number, y: number}>} */
    const reported = new WeakMap();
    /** @type {Map<object, number>} scrollers that moved, with their timers */
    const moving = new Map();
    const page = () => document.scrollingElement ?? document.documentElement;
    const placeOf = (scroller) => ({ x: scroller.scrollLeft, y: scroller.scrollTop });

    function report(scroller) {
      clearTimeout(moving.get(scroller));
      moving.delete(scroller);
      const from = reported.get(scroller) ?? { x: 0, y: 0 };
      const to = placeOf(scroller);
      reported.set(scroller, to);
      const value = { kind: 'scroll', dx: to.x - from.x, dy: to.y - from.y };
      if (value.dx || value.dy) exit.emit('scroll', { element: scroller === page() ? null : scroller, value });
    }

    /**
     * Where a scroller stands before it moves; unknown ones are taken to stand at their beginning. A wheel event would
     * be too late: the browser scrolls first and tells afterwards.
     */
    function onOver(event) {
      for (let at = cs.deepTarget(event); at; at = at.parentElement) {
        if (!reported.has(at) && !moving.has(at) && (at.scrollTop || at.scrollLeft)) reported.set(at, placeOf(at));
      }
    }

    function onScroll(event) {
      const scroller = event.target.nodeType === Node.DOCUMENT_NODE ? page() : event.target;
      // A field scrolls when its text grows: how far, and how often, tells the length of what was typed.
      if (scroller?.nodeType === Node.ELEMENT_NODE && cs.isPrivateField(scroller)) return;
      if (scroller && !moving.has(scroller)) moving.set(scroller, setTimeout(() => report(scroller), EVERY));
    }

    if (page()) reported.set(page(), placeOf(page()));
    const flush = () => [...moving.keys()].forEach(report);
    const stops = [
      cs.inEveryRoot((root) => cs.listen(root, ['scroll'], onScroll)),
      cs.listen(document, ['pointerover'], onOver),
      cs.listen(document, ['pointerdown'], flush),
      cs.listen(window, ['pagehide'], flush),
    ];
    return () => {
      flush();
      stops.forEach((stop) => stop());
    };
  };
})();
