/** Clicks, double clicks, right clicks, submitted forms and ticked boxes. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const TYPES = { click: 'click', auxclick: 'click', dblclick: 'double_click', contextmenu: 'right_click' };
  const MIDDLE_BUTTON = 1;
  /** A browser follows a label's click, and Enter in a form, with a click of its own right away. */
  const FOLLOWS_WITHIN = 100;

  cs.watchClicks = (exit, keys) => {
    let labelled = { control: null, at: 0 };

    function isEcho(event, target) {
      if (target === labelled.control && performance.now() - labelled.at < FOLLOWS_WITHIN) return true;
      return event.type === 'click' && event.isTrusted && event.detail === 0 && keys.enterPressedWithin(FOLLOWS_WITHIN);
    }

    function onPointer(event) {
      const hit = cs.deepTarget(event);
      if (!hit || (event.type === 'auxclick' && event.button !== MIDDLE_BUTTON)) return;
      const element = cs.meant(hit);
      if (isEcho(event, element)) return;
      if (element.localName === 'label') labelled = { control: element.control, at: performance.now() };
      // A click made with the keyboard has no place.
      const pointer = event.detail === 0 && event.type === 'click' ? null : cs.pointerOf(event, element);
      exit.emit(TYPES[event.type], { element, pointer, trusted: event.isTrusted });
    }

    function onSubmit(event) {
      const cause = keys.enterPressedWithin(FOLLOWS_WITHIN) ? 'enter' : null;
      exit.emit('submit', { element: event.target, trusted: event.isTrusted, cause });
    }

    const stops = [
      cs.listen(document, Object.keys(TYPES), onPointer),
      cs.inEveryRoot((root) => cs.listen(root, ['submit'], onSubmit)),
    ];
    return () => stops.forEach((stop) => stop());
  };
})();
