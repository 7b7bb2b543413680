/** The page that asks which sites a recording may look into, when it starts. */
import { EVERY_SITE, sitePatterns } from '../background/patterns.js';
import { answer, element, onPress, request } from './answers.js';

async function allow(origins) {
  if (origins.length) await request(origins);
  await answer({ allowed: true, keep: !element('back').checked });
}

onPress('every', () => allow(EVERY_SITE));
onPress('only', async () => {
  const names = element('names').value.split(/[\s,]+/u).filter(Boolean);
  await allow(names.flatMap(sitePatterns));
});
onPress('deny', () => answer({ allowed: false, keep: false }));
