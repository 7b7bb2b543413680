/** Pages that load, come back, or change their address without loading. Of the tab's top page only. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const LOADS = { navigate: 'load', reload: 'reload', back_forward: 'back_forward', prerender: 'load' };
  /** A page sets its new title a moment after its new address. */
  const TITLE_AFTER = 100;

  const withoutHash = (url) => url.split('#')[0];

  /** What changed an address without a load, or null if nothing that counts did. */
  cs.historyCause = (from, to, type) => {
    if (from === to) return type === 'push' ? 'history' : null;
    return withoutHash(from) === withoutHash(to) ? 'hash' : 'history';
  };

  /** @param {boolean} late recording began on a page that was already there */
  cs.watchNavigation = (exit, late) => {
    if (!cs.isTop) return () => {};
    let timer = null;
    let pending = null;

    /** Anything else the person does comes after the navigation, so it goes out first. */
    function flush() {
      clearTimeout(timer);
      const about = pending;
      pending = null;
      if (about) exit.emit('navigation', about);
    }

    function soon(cause, wait) {
      flush();
      pending = { cause, at: { t_wall: Date.now(), t_mono: performance.now() } };
      if (wait !== null) timer = setTimeout(flush, wait);
    }

    let address = location.href;
    function onEntry(event) {
      const cause = cs.historyCause(address, location.href, event.navigationType);
      address = location.href;
      if (cause) soon(cause, TITLE_AFTER);
    }

    function loaded() {
      const [entry] = performance.getEntriesByType('navigation');
      const cause = late ? 'load' : LOADS[entry?.type] ?? 'load';
      // The title is not there before the document is.
      soon(cause, document.readyState === 'loading' ? null : 0);
    }

    exit.before(flush);
    const stops = [
      cs.listen(globalThis.navigation, ['currententrychange'], onEntry),
      cs.listen(document, ['DOMContentLoaded'], flush),
      cs.listen(window, ['pagehide'], flush),
      cs.listen(window, ['pageshow'], (event) => event.persisted && soon('back_forward', 0)),
    ];
    if (document.prerendering) document.addEventListener('prerenderingchange', loaded, { once: true });
    else loaded();
    return () => {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  };
})();
