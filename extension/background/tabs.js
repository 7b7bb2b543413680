/** Tabs opened, switched to and closed: what no page can see. */
import '../content/mask_text.js';
import '../content/mask_field.js';
import '../content/mask_url.js';
import '../content/mask_event.js';
import { isRecorded } from './scope.js';

const { maskText, maskUrl, newEventId } = globalThis.codesightContent;

/**
 * @param {'tab_opened' | 'tab_switched' | 'tab_closed'} type
 * @param {{id: number, openerTabId?: number, url?: string, pendingUrl?: string, title?: string, width?: number, height?: number}} tab
 */
export function tabEvent(type, tab) {
  const address = tab.pendingUrl || tab.url || '';
  const url = /^https?:/u.test(address) ? address : '';
  return {
    v: 1, client_event_id: newEventId(), type,
    t_wall: Date.now(), t_mono: performance.now(),
    tab_id: tab.id, opener_tab_id: tab.openerTabId ?? null, frame_path: [], shadow_path: [],
    url: maskUrl(url), title: url ? maskText(tab.title ?? '') : '',
    target: null, pointer: null,
    viewport: { w: tab.width ?? 0, h: tab.height ?? 0, dpr: 1, scroll_x: 0, scroll_y: 0 },
    value: null, trusted: true, cause: null,
  };
}

/** Whether a tab's coming and going belongs to the demonstration: not the recorder's own page, not our own pages. */
export function concerns(tab, server) {
  const address = tab.pendingUrl || tab.url || '';
  return /^https?:/u.test(address) ? isRecorded(address, server) : !address.startsWith('chrome-extension:');
}

/** @param {(type: string, tab: object) => void} record */
export function watchTabs(record) {
  chrome.tabs.onCreated.addListener((tab) => record('tab_opened', tab));
  chrome.tabs.onActivated.addListener(async ({ tabId }) => {
    // A tab may be gone again before it is looked at; then its closing says so.
    const tab = await chrome.tabs.get(tabId).catch(() => null);
    if (tab) record('tab_switched', tab);
  });
  chrome.tabs.onRemoved.addListener((id) => record('tab_closed', { id }));
}
