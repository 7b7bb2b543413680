# What a developer does often, a line each. Works with GNU make 3.81 (macOS) and needs nothing but Python 3.11.
PORT ?= 8000
VAR ?= var
PYTHON ?=
JS_TESTS = $$(find tests/extension tests/web -name '*.test.mjs')
PIP = .venv/bin/python -m pip --disable-pip-version-check -qq install --require-hashes
UV = .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.PHONY: help run test lint format bench pictures tutorial extension vendor lock venv venv-dev node_modules
help: ## lists these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

run: venv ## starts everything; make run PORT=8123 VAR=some/folder chooses port and data folder; Ctrl-C stops it
	@exec .venv/bin/python -m jobs.local --port '$(PORT)' --var '$(VAR)'

test: venv-dev ## runs every test; what this machine lacks is named at the end
	@failed=; \
	if command -v node >/dev/null; then node --test $(JS_TESTS) || failed="Node's tests failed, see above. "; fi; \
	.venv/bin/python -m pytest -n 3 --dist worksteal --cov=codesight --cov-report=term-missing:skip-covered \
	    || failed="$${failed}Python's tests or their coverage failed."; \
	if [ -n "$$failed" ]; then echo "$$failed"; exit 1; fi

lint: venv-dev node_modules ## ruff, mypy, eslint, and web-ext for the extension
	@failed=0; \
	.venv/bin/ruff check . || failed=1; \
	.venv/bin/ruff format --check . || failed=1; \
	.venv/bin/mypy || failed=1; \
	if command -v npm >/dev/null; then npm exec --no -- eslint . || failed=1; node tests/extension/lint.mjs || failed=1; \
	else echo 'skipped: Node — install it with: sudo apt-get install nodejs npm (macOS: brew install node)'; fi; \
	exit $$failed

format: venv-dev ## puts the Python code into ruff's format
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

bench: venv-dev ## measures the figures that were promised
	@.venv/bin/python -m tests.benchmarks

pictures: venv-dev ## takes the README's pictures of the real product
	@.venv/bin/python -m tests.journeys.pictures

tutorial: venv-dev ## takes the pictures and the film of the help pages
	@.venv/bin/python -m tests.journeys.tutorial

extension: venv ## builds the extension's package for a store into build/, the same bytes each time
	@.venv/bin/python -m blueprints.extension_package

vendor: ## fetches the extension's libraries anew, in the versions that extension/vendor/update.mjs names
	node extension/vendor/update.mjs

lock: venv-dev ## resolves requirements*.in anew into the lock files
	$(UV) --upgrade requirements.in -o requirements.lock
	$(UV) --upgrade requirements-dev.in -c requirements.lock -o requirements-dev.lock

# The lock that was installed lies in the environment: as long as it is the same there is nothing to do.
venv:
	@cmp -s requirements.lock .venv/run.lock && .venv/bin/python -c '' 2>/dev/null && exit 0; \
	$(make_venv) \
	echo 'Installing what CodeSight needs (a minute, once)'; rm -f .venv/run.lock .venv/dev.lock; \
	$(PIP) -r requirements.lock && cp requirements.lock .venv/run.lock

venv-dev:
	@cmp -s requirements-dev.lock .venv/dev.lock && .venv/bin/python -c '' 2>/dev/null && exit 0; \
	$(make_venv) \
	echo 'Installing what the tests need (a minute, once)'; rm -f .venv/run.lock .venv/dev.lock; \
	$(PIP) -r requirements-dev.lock && cp requirements-dev.lock .venv/dev.lock && cp requirements.lock .venv/run.lock

node_modules:
	@command -v npm >/dev/null || exit 0; cmp -s package-lock.json node_modules/installed.lock && exit 0; \
	npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/installed.lock

define make_venv
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 ''; do \
    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; done; \
  if [ -z "$$python" ]; then \
    echo 'CodeSight needs Python 3.11 or newer. Name one with make run PYTHON=/path/to/python3, or install it: sudo apt-get install python3 python3-venv (macOS: brew install python)' >&2; exit 1; fi; \
  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
    echo 'Python cannot make environments here. Install that part, then try again: sudo apt-get install python3-venv' >&2; exit 1; }; \
  "$$python" -m venv .venv || exit 1; fi;
endef
