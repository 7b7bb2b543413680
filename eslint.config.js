/** What `make lint` checks in JavaScript: likely bugs, not looks. */
const js = require('@eslint/js');
const globals = require('globals');

const OURS = {
  ...js.configs.recommended.rules,
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-implied-eval': 'error',
  'no-eval': 'error',
};

function browser(files, sourceType, extra = {}) {
  return {
    files,
    languageOptions: { ecmaVersion: 2024, sourceType, globals: { ...globals.browser, ...extra } },
    rules: OURS,
  };
}

module.exports = [
  { ignores: ['**/vendor/**', 'node_modules/', '.venv*/', 'var/', 'build/', 'docs/'] },
  browser(['blueprints/static/js/**/*.js', 'blueprints/pages/practice_shop/static/**/*.js'], 'module'),
  // Loaded in the head, before anything is drawn, so a module would come too late.
  browser(['blueprints/pages/practice_shop/static/js/early.js'], 'script'),
  browser(['extension/{background,popup,pages}/**/*.js'], 'module', globals.webextensions),
  browser(['extension/background/**/*.js'], 'module', globals.serviceworker),
  // A page's content scripts are classic ones and share a scope.
  browser(['extension/content/**/*.js'], 'script', globals.webextensions),
  // Among the page's own scripts, without the browser's extension functions.
  browser(['extension/page/**/*.js'], 'script'),
  {
    files: ['tests/{extension,web}/**/*.mjs', 'tests/extension/**/*.js'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.node },
    rules: OURS,
  },
  {
    files: ['tests/benchmarks/peers/*.js'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.node },
    rules: OURS,
  },
  {
    files: ['eslint.config.js'],
    languageOptions: { ecmaVersion: 2024, sourceType: 'commonjs', globals: globals.node },
    rules: OURS,
  },
];
