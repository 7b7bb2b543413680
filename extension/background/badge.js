/** The toolbar says in red that a recording runs, and in grey that it pauses. */
const LOOKS = {
  idle: { text: '', color: '#5c6675', title: 'CodeSight Recorder', icon: 'idle' },
  recording: { text: 'REC', color: '#c8102e', title: 'CodeSight Recorder: recording', icon: 'recording' },
  paused: { text: 'II', color: '#5c6675', title: 'CodeSight Recorder: paused, nothing is recorded', icon: 'idle' },
};

/** @param {{capturing: boolean, paused: boolean}} now */
export async function showBadge({ capturing, paused }) {
  const { text, color, title, icon } = LOOKS[capturing ? 'recording' : paused ? 'paused' : 'idle'];
  await Promise.all([
    chrome.action.setBadgeText({ text }),
    chrome.action.setBadgeBackgroundColor({ color }),
    chrome.action.setBadgeTextColor({ color: '#ffffff' }),
    chrome.action.setIcon({ path: Object.fromEntries([16, 32, 48].map((size) => [size, `/icons/${icon}-${size}.png`])) }),
    chrome.action.setTitle({ title }),
  ]);
}
