/** The recorder page's line to the extension: see "Pairing" in docs/protocol.md. */
(() => {
  const cs = (globalThis.codesightContent ??= {});
  if (cs.bridge) return;
  cs.bridge = true;

  const TYPES = new Set(['status', 'pair', 'start', 'pause', 'stop']);
  const SHOWN = ['version', 'state', 'session', 'paused', 'pending', 'sent', 'error'];

  function tell(status) {
    const shown = Object.fromEntries(SHOWN.map((key) => [key, status[key] ?? null]));
    window.postMessage({ source: 'codesight-extension', type: 'status', ...shown }, location.origin);
  }

  window.addEventListener('message', async ({ source, origin, data }) => {
    if (source !== window || origin !== location.origin || data?.source !== 'codesight-page' || !TYPES.has(data.type)) return;
    const { type, server, session, ticket } = data;
    // A worker that was being stopped takes no message; the page asks again.
    const status = cs.isAlive() && await cs.ask({ kind: 'page', message: { type, server, session, ticket } }).catch(() => null);
    if (status) tell(status);
  });

  chrome.storage.onChanged.addListener(({ status }, area) => {
    const changed = status?.newValue;
    if (area === 'local' && changed && changed.server === location.origin) tell(changed);
  });
})();
