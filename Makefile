# natars-fhir: every command works on a fresh machine with Python 3.11 and make.
#   make demo    the product at work on fixture data, on loopback
#   make test    the whole suite
#   make outside other people's form software beside ours (needs Node; as root it installs Chromium)
#   make interop other people's FHIR server and clients with ours, and a day at two sites
# `.build/run` and `.build/dev` mark what stands in the environment; remove `.venv` and `.build` to begin anew.

PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
QUICK  ?=
# Tests that wait for servers, browsers and databases leave processors idle: three at once for two.
TOGETHER ?= $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))

.PHONY: install dev demo test lint types bench serve lock expect outside interop

install: .build/run
dev: .build/dev

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

.build/run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@mkdir -p .build && touch $@

.build/dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@mkdir -p .build && touch .build/run $@

demo: .build/run
	@$(BIN)/natars-fhir demo

# Whatever the surroundings say, what is compiled is kept: a test process compiles all tests, a server that a test starts
# all of the package, and both start in half the time where that was done.
test: export PYTHONDONTWRITEBYTECODE =
test: .build/dev lint
	$(BIN)/python -m pytest -n $(TOGETHER) --dist loadgroup

lint: .build/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

.build/outside: tests/outside/package-lock.json
	npm ci --prefix tests/outside --no-progress
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -q && apt-get install -qy --no-install-recommends chromium; } || echo "no Chromium: what needs it is skipped"
	@mkdir -p .build && touch $@

outside: .build/dev .build/outside
	$(BIN)/python -m pytest -n0 -rs tests/outside

# A HAPI FHIR server is no package that Maven has (its starter is source alone): where one runs, and is empty, name it:
# INTEROP_SERVER=http://127.0.0.1:8080/fhir make interop
interop: .build/dev
	$(BIN)/python -m pytest -n0 -rs tests/interop

bench: .build/dev
	@QUICK=$(QUICK) $(BIN)/python -m benchmarks.run

serve: .build/run
	@$(BIN)/natars-fhir serve

expect: .build/run
	@$(BIN)/natars-fhir expect

# The locks hold hashes and no addresses; uv makes them (it is not needed to install them).
lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.lock
	uv pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-dev.lock
