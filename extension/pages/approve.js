/** The page that asks whether a server may receive recordings. The background closes it after the answer. */
const element = (id) => document.getElementById(id);
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/u;

const { result: request } = await chrome.runtime.sendMessage({ kind: 'request' });

function answer(allowed) {
  for (const id of ['allow', 'deny']) element(id).disabled = true;
  chrome.runtime.sendMessage({ kind: 'answer', allowed });
}

if (request) {
  const { protocol, hostname, host } = new URL(request.server);
  element('server').textContent = host;
  element('session').textContent = request.session;
  element('insecure').hidden = protocol === 'https:' || LOOPBACK.test(hostname);
  element('allow').addEventListener('click', () => answer(true));
  element('deny').addEventListener('click', () => answer(false));
} else {
  for (const id of ['allow', 'deny']) element(id).disabled = true;
  element('over').hidden = false;
}
