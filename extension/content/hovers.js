/**
 * Hovering: what the pointer rests on, if it can be used; at most once a second. Of several in one second the one that
 * changed the page is kept, for a click may follow into what it opened.
 */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const EVERY = 1_000;
  /** Passing over something is not looking at it. */
  const REST = 120;
  /** Menus open with a delay of their own. */
  const SETTLED = 300;
  const ANCESTORS = 3;
  const TELLING = ['class', 'style', 'hidden', 'open', 'aria-expanded', 'aria-hidden'];
  const USABLE = 'a[href],button,[role=menuitem]';
  const ENDS = new Set(['click', 'double_click', 'right_click', 'drag']);

  /** A menu that only a style sheet opens changes nothing in the tree: it floats beside what the pointer is on. */
  function opensByStyle(element) {
    for (let at = element, up = 0; at && at !== document.body && up < ANCESTORS; at = at.parentElement, up += 1) {
      for (const beside of at.children) {
        if (beside.contains(element) || !beside.querySelector(USABLE)) continue;
        const floats = ['absolute', 'fixed'].includes(getComputedStyle(beside).position);
        if (floats && beside.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return true;
      }
    }
    return false;
  }

  function nearby(element) {
    let at = element;
    for (let up = 0; at?.parentElement && at.parentElement !== document.body && up < ANCESTORS; up += 1) at = at.parentElement;
    return at;
  }

  /** Whether something to use was added; pages change all the time without the pointer's doing. */
  const brings = (nodes) => [...nodes].some((node) => (
    node.nodeType === Node.ELEMENT_NODE && (node.matches(USABLE) || node.querySelector(USABLE) !== null)));

  cs.watchHovers = (exit) => {
    let under = null;
    let timer = null;
    let nextSecond = null;
    let last = -Infinity;
    /** @type {{about: object, changed: boolean} | null} the best of this second */
    let held = null;
    let changes = 0;
    const observer = new MutationObserver((records) => {
      const near = nearby(under);
      changes += records.filter((record) => near?.contains(record.target) || brings(record.addedNodes)).length;
    });

    function flush() {
      clearTimeout(nextSecond);
      nextSecond = null;
      const hover = held;
      held = null;
      if (!hover || !hover.about.element.isConnected || performance.now() - last < EVERY) return;
      last = performance.now();
      exit.emit('hover', { ...hover.about, cause: hover.changed ? 'changed_page' : null });
    }

    function hold(about) {
      const changed = changes > 0 || opensByStyle(about.element);
      observer.disconnect();
      if (!held || changed || !held.changed) held = { about, changed };
      nextSecond ??= setTimeout(flush, Math.max(0, EVERY - (performance.now() - last)));
    }

    function onOver(event) {
      const hit = event.isTrusted && event.pointerType !== 'touch' ? cs.deepTarget(event) : null;
      const element = hit && cs.interactive(hit);
      if (element === under) return;
      under = element;
      clearTimeout(timer);
      observer.disconnect();
      if (!element) return;
      changes = 0;
      observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: TELLING });
      const about = { element, pointer: cs.pointerOf(event, element), at: { t_wall: Date.now(), t_mono: performance.now() } };
      timer = setTimeout(() => {
        if (under !== element || !element.isConnected) return;
        if (changes > 0 || opensByStyle(element)) hold(about);
        else timer = setTimeout(() => under === element && hold(about), SETTLED - REST);
      }, REST);
    }

    // What was hovered comes before what was then clicked; a hover that did nothing says nothing beside the click.
    exit.before((type, element) => {
      if (!ENDS.has(type) || !held) return;
      if (held.changed && held.about.element !== element) flush();
      else held = null;
    });
    const stop = cs.listen(document, ['pointerover'], onOver);
    return () => {
      clearTimeout(timer);
      clearTimeout(nextSecond);
      observer.disconnect();
      stop();
    };
  };
})();
