/**
 * Fetches the pinned versions of the libraries in this folder and writes each as one file that a browser takes as it
 * stands, with its licence and a line in manifest.json: `make vendor`. Needs npm and tar; the result is committed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** `form`: how the file is made of the package's `entry`, which a content script cannot load as a module. */
const WANTED = [
  { file: 'idb.js', name: 'idb', version: '8.0.4', licence: 'ISC', entry: 'build/index.js', form: 'as it is' },
  { file: 'finder.js', name: '@medv/finder', version: '4.0.2', licence: 'MIT', entry: 'finder.js', form: 'finder' },
  {
    file: 'dom-accessibility-api.js', name: 'dom-accessibility-api', version: '0.7.1', licence: 'MIT', entry: 'dist/index.js',
    form: 'accessibility',
  },
];

const withoutMap = (code) => code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/u, '\n');

/** A module without `export`, inside a function that hands out, under `name`, what the module exports. */
function fromModule(code, name) {
  const exported = [...code.matchAll(/^export function (\w+)/gmu)].map(([, one]) => one).join(', ');
  return `(() => {\n${code.replace(/^export /gmu, '')}\n(globalThis.codesightVendor ??= {}).${name} = { ${exported} };\n})();\n`;
}

/** CommonJS files that require each other, in one function with a `require` among them. */
function fromCommonJs(folder, entry, name) {
  const modules = new Map();
  const add = (path) => {
    if (modules.has(path)) return;
    const code = withoutMap(readFileSync(join(folder, path), 'utf8'))
      .replace(/require\("(\.[^"]+)"\)/gu, (_, other) => `require("${posix.join(posix.dirname(path), other)}.js")`);
    modules.set(path, code);
    for (const [, other] of code.matchAll(/require\("([^"]+)"\)/gu)) add(other);
  };
  add(entry);
  const entries = [...modules].map(([path, code]) => `${JSON.stringify(path)}(module, exports, require) {\n${code}},\n`).join('');
  return '(() => {\nconst modules = {\n' + entries + '};\nconst loaded = {};\nfunction require(path) {\n'
    + '  if (!loaded[path]) {\n    loaded[path] = { exports: {} };\n'
    + '    modules[path](loaded[path], loaded[path].exports, require);\n  }\n  return loaded[path].exports;\n}\n'
    + `(globalThis.codesightVendor ??= {}).${name} = require(${JSON.stringify(entry)});\n})();\n`;
}

function built({ entry, form }, folder) {
  const code = () => readFileSync(join(folder, entry), 'utf8');
  if (form === 'as it is') return code();
  return form === 'accessibility' ? fromCommonJs(folder, entry, form) : fromModule(code(), form);
}

function vendor(wanted) {
  const scratch = mkdtempSync(join(tmpdir(), 'vendor-'));
  try {
    execFileSync('npm', ['pack', '--silent', `${wanted.name}@${wanted.version}`, '--pack-destination', scratch]);
    execFileSync('tar', ['-xzf', join(scratch, readdirSync(scratch)[0]), '-C', scratch]);
    const folder = join(scratch, 'package');
    const content = built(wanted, folder);
    const licence = readdirSync(folder).find((name) => /^licen[cs]e/iu.test(name));
    writeFileSync(join(HERE, wanted.file), content);
    writeFileSync(join(HERE, wanted.file.replace(/\.js$/u, '.LICENSE')), readFileSync(join(folder, licence)));
    const { file, name, version, licence: terms, entry } = wanted;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { file, name, version, licence: terms, source: `${entry} of the package`, sha256 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

writeFileSync(join(HERE, 'manifest.json'), `${JSON.stringify(WANTED.map(vendor), null, 2)}\n`);
