/** The page that asks whether a server may receive recordings. */
import { serverPattern } from '../background/patterns.js';
import { answer, element, onPress, request } from './answers.js';

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/u;
const server = new URLSearchParams(location.search).get('server');
const { protocol, hostname, host } = new URL(server);

element('server').textContent = host;
element('insecure').hidden = protocol === 'https:' || LOOPBACK.test(hostname);

onPress('allow', async () => {
  await request([serverPattern(server)]);
  await answer({ server, allowed: true });
});
onPress('deny', () => answer({ server, allowed: false }));
