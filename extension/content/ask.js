/** The line to the service worker. */
(() => {
  const cs = (globalThis.codesightContent ??= {});

  /** @returns {Promise<object>} the background's answer; rejects when it says no or is not there */
  cs.ask = async (message) => {
    const { result, error } = await chrome.runtime.sendMessage(message) ?? { error: 'No answer.' };
    if (error) throw new Error(error);
    return result;
  };

  /** Whether this copy still belongs to an installed extension. */
  cs.isAlive = () => Boolean(chrome.runtime?.id);
})();
