/** The recorder page's line to the extension: see "Pairing" in docs/protocol.md. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  const TYPES = new Set(['status', 'pair', 'start', 'stop']);
  const SHOWN = ['version', 'state', 'session', 'pending', 'sent', 'error'];

  cs.startBridge = () => {
    if (!cs.isTop) return () => {};

    function tell(status) {
      const shown = Object.fromEntries(SHOWN.map((key) => [key, status[key] ?? null]));
      window.postMessage({ source: 'codesight-extension', type: 'status', ...shown }, location.origin);
    }

    async function onMessage({ source, origin, data }) {
      if (source !== window || origin !== location.origin || data?.source !== 'codesight-page' || !TYPES.has(data.type)) return;
      const { type, server, session, ticket } = data;
      // A worker that was being stopped takes no message; the page asks again.
      const status = cs.isAlive() && await cs.ask({ kind: 'page', message: { type, server, session, ticket } }).catch(() => null);
      if (status) tell(status);
    }

    function onStored({ status }, area) {
      const changed = status?.newValue;
      if (area === 'local' && changed && changed.server === location.origin) tell(changed);
    }

    window.addEventListener('message', onMessage);
    chrome.storage.onChanged.addListener(onStored);
    return () => {
      window.removeEventListener('message', onMessage);
      chrome.storage.onChanged.removeListener(onStored);
    };
  };
})();
