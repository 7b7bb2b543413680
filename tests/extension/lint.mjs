/**
 * `web-ext lint` over the extension, in `make lint`. It judges for Firefox too; what is Firefox's alone is excepted here,
 * one by one, and anything else fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIREFOX_ONLY = {
  BACKGROUND_SERVICE_WORKER_NOFALLBACK: 'Firefox has no service workers in extensions.',
  ADDON_ID_REQUIRED: 'Firefox\'s id; Chrome\'s is made of the key.',
  MISSING_DATA_COLLECTION_PERMISSIONS: 'Firefox\'s own consent; Chrome\'s stands on the store\'s page.',
  UNSUPPORTED_API: 'Firefox has another function for closed shadow roots.',
};
const EXCEPTED_API = 'dom.openOrClosedShadowRoot is not supported';

const linted = spawnSync('npm', ['exec', '--no', '--', 'web-ext', 'lint', '--source-dir', 'extension', '--output', 'json'], { cwd: ROOT, encoding: 'utf8' });
const { errors, warnings, notices } = JSON.parse(linted.stdout);
const found = [...errors, ...warnings, ...notices].filter(({ code, message }) => (
  !(code in FIREFOX_ONLY) || (code === 'UNSUPPORTED_API' && message !== EXCEPTED_API)));
for (const { code, message, file, line } of found) console.error(`${file}:${line ?? 1} ${code} ${message}`);
process.exitCode = found.length ? 1 : 0;
