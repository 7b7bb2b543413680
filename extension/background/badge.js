/** The toolbar says in red that a recording runs. */
export async function showBadge(recording) {
  const kind = recording ? 'recording' : 'idle';
  await Promise.all([
    chrome.action.setBadgeText({ text: recording ? 'REC' : '' }),
    chrome.action.setBadgeBackgroundColor({ color: '#c8102e' }),
    chrome.action.setBadgeTextColor({ color: '#ffffff' }),
    chrome.action.setIcon({ path: Object.fromEntries([16, 32, 48].map((size) => [size, `/icons/${kind}-${size}.png`])) }),
    chrome.action.setTitle({ title: recording ? 'CodeSight Recorder: recording' : 'CodeSight Recorder' }),
  ]);
}
