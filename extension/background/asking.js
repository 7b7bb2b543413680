/** Questions to the person, each on a page of the extension's own. */

/** Tabs that are closed by us: that is no answer, and no part of a demonstration. */
const closing = new Set();

/** The tabs that show a page of ours, whatever stands behind its name. */
async function showing(page) {
  const contexts = await chrome.runtime.getContexts({ contextTypes: ['TAB'] });
  return contexts.filter(({ documentUrl }) => documentUrl?.startsWith(chrome.runtime.getURL(page)));
}

/**
 * Shows a page that asks; one that is open already comes to the front.
 * @param {string} page
 * @param {string} question what stands behind the page's name
 * @param {number | null} beside the tab that made us ask
 */
export async function ask(page, question, beside) {
  const url = chrome.runtime.getURL(page + question);
  const [known] = await showing(page);
  if (known) {
    // What was written on the page that is asking already stays there.
    await chrome.tabs.update(known.tabId, { active: true, ...(known.documentUrl !== url && { url }) });
    return;
  }
  // The tab that made us ask may be closed by now.
  const opener = beside === null ? null : await chrome.tabs.get(beside).catch(() => null);
  await chrome.tabs.create({ url, active: true, ...(opener && { openerTabId: opener.id, windowId: opener.windowId }) });
}

/** Closes the page that asked, and returns to the tab that made it ask. */
export async function finish(page, session) {
  for (const { tabId } of await showing(page)) {
    closing.add(tabId);
    await chrome.tabs.remove(tabId);
  }
  if (session && session.asking_tab !== null) {
    // The asking tab may have been closed meanwhile; then there is nowhere to return to.
    await chrome.tabs.update(session.asking_tab, { active: true }).catch(() => undefined);
  }
}

/** Whether a tab that is gone was closed by us; asked once. */
export const wasClosedByUs = (id) => closing.delete(id);

/** Whether nobody can answer any more. */
export const isGone = async (page) => (await showing(page)).length === 0;
