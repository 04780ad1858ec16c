# Needs Python 3.11 or newer and make: `make demo` starts it with generated data, `make test` runs all checks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPING := $(VENV)/.developing
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
BROWSER := $(VENV)/.browser
READER := $(VENV)/reader/.installed
LAKE := $(VENV)/lake/.installed
POSTGRES := $(VENV)/.postgres
ALLOCATOR := $(VENV)/.allocator
JEMALLOC := /usr/lib/*/libjemalloc.so.2
COMPILE := uv pip compile --python-version 3.11
AUDIT := $(VENV)/audit
TRIED := $(abspath $(VENV))/tried
IN_PROCESSES := --numprocesses 3 --dist loadfile --no-loadscope-reorder
APT := apt-get install -y -qq --no-install-recommends
PROSE := README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md docs dbt_project
SOURCES := ingest workflows streamlit_app sandbox tests benchmarks dbt_checks orchestrate.py

# Tests start hundreds of processes. Where a machine forbids compiled files, each would compile everything again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup develop demo test tests test-long lint lint-python lint-sql format lock bench docs mutants audit reliability wheel try-wheel try-dbt

setup: $(INSTALLED)

develop: $(DEVELOPING)

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Shipledger needs Python 3.11 or newer. Name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.lock
	@touch $@

# What running needs too, in the same versions, and the tools: tests, linters, type checker.
$(DEVELOPING): requirements-dev.lock | $(INSTALLED)
	$(INSTALL) -r requirements-dev.lock
	@touch $@

# The tests drive a real Chromium: the machine's own, else Debian's, else the one Playwright brings.
$(BROWSER): $(DEVELOPING)
	@command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome \
		|| { command -v apt-get && apt-get update -qq && { $(APT) chromium-headless-shell fonts-dejavu-core || $(APT) chromium fonts-dejavu-core; }; } >/dev/null \
		|| $(BIN)/python -m playwright install --with-deps chromium
	@touch $@

# The tests start PostgreSQL servers of their own.
$(POSTGRES): $(DEVELOPING)
	@command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || { apt-get update -qq && $(APT) postgresql; } >/dev/null
	@touch $@

# DuckDB plans thousands of small statements; with this allocator a test of builds takes a fifth less processor time.
$(ALLOCATOR): $(DEVELOPING)
	@ls $(JEMALLOC) 2>/dev/null || ! command -v apt-get || { apt-get update -qq && $(APT) libjemalloc2; } >/dev/null || true
	@touch $@

# An older DuckDB, which must be able to read the published snapshots.
$(READER): tests/reader.lock | $(INSTALLED)
	$(INSTALL) --no-deps --upgrade --target $(VENV)/reader -r tests/reader.lock
	@touch $@

# DuckDB with its extensions as packages, for tests of the lake.
$(LAKE): requirements-lake.lock | $(INSTALLED)
	$(INSTALL) --no-deps --upgrade --target $(VENV)/lake -r requirements-lake.lock
	@touch $@

demo: $(INSTALLED)
	$(BIN)/python orchestrate.py demo

test: lint tests

# Tests wait for pages, mails and jobs, so two cores have work for a third process. A fourth makes it slower.
tests: $(BROWSER) $(READER) $(LAKE) $(POSTGRES) $(ALLOCATOR)
	LD_PRELOAD="$$(ls $(JEMALLOC) 2>/dev/null)" $(BIN)/python -m pytest -m "not long" $(IN_PROCESSES)

# All tests, those marked `long` too, with more seeds and rounds of those on generated data. Takes about an hour.
test-long: $(BROWSER) $(READER) $(LAKE) $(POSTGRES) $(ALLOCATOR)
	LD_PRELOAD="$$(ls $(JEMALLOC) 2>/dev/null)" SHIPLEDGER_LONG_TESTS=1 $(BIN)/python -m pytest $(IN_PROCESSES)

# The type checker and the linter of SQL take half a minute of one core each.
lint: $(DEVELOPING)
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint-python lint-sql

lint-python: $(DEVELOPING)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/codespell -D .words.txt -D - $(PROSE) $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/mypy

lint-sql: $(DEVELOPING)
	cd dbt_project && $(abspath $(BIN))/dbt parse --quiet
	$(BIN)/dbt-bouncer run
	cd dbt_project && $(abspath $(BIN))/sqlfluff lint --processes 2 models tests

format: $(DEVELOPING)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(DEVELOPING)
	$(BIN)/python -m benchmarks

wheel: $(DEVELOPING)
	rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

# Installs the wheel beside what is locked to run, and uses it as somebody with an empty home directory.
try-wheel: wheel
	rm -rf $(TRIED)
	$(PYTHON) -m venv $(TRIED)/venv
	$(TRIED)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(TRIED)/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
	env -i HOME=$(TRIED) PATH="$$PATH" $(TRIED)/venv/bin/shipledger demo --once
	env -i HOME=$(TRIED) PATH="$$PATH" $(TRIED)/venv/bin/shipledger export --to $(TRIED)/exported

# dbt by itself on the data of a demo, as an analytics engineer runs it, and its documentation as one file.
try-dbt: export SHIPLEDGER_HOME := $(TRIED)-home
try-dbt: $(INSTALLED)
	rm -rf $(TRIED)-home
	$(BIN)/python orchestrate.py demo --once
	cd dbt_project && $(abspath $(BIN))/dbt build
	cd dbt_project && $(abspath $(BIN))/dbt test
	cd dbt_project && $(abspath $(BIN))/dbt docs generate --static

# Changes the code, and shows which changes the tests notice. Takes over an hour.
mutants: $(BROWSER) $(READER)
	$(BIN)/python -m tests.mutants.generated
	$(BIN)/python -m tests.mutants

# What docs/reliability.md lists. The second needs the right to mount, the third Debian's faketime, the fourth root.
reliability: $(BROWSER) $(READER) $(LAKE) $(POSTGRES)
	$(BIN)/python -m tests.reliability
	$(BIN)/python -m tests.full_disk
	$(BIN)/python -m tests.clocks
	$(BIN)/python -m tests.networks

docs: $(INSTALLED)
	$(BIN)/python -m workflows.cli.dictionary
	$(BIN)/python -m workflows.cli.lineage
	$(BIN)/python -m workflows.cli.settings_table

# Writes the software bill of materials of what runs, sbom.json, and looks for known vulnerabilities of all that is locked.
audit: $(AUDIT)/.installed
	$(AUDIT)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-file sbom.json
	@$(PYTHON) -c 'import socket; socket.create_connection(("api.osv.dev", 443), 5)' 2>/dev/null || { echo \
		"sbom.json is written. The database of vulnerabilities, api.osv.dev, cannot be reached: nothing was audited." \
		>&2; exit 1; }
	$(AUDIT)/bin/pip-audit --requirement requirements-dev.lock --require-hashes --disable-pip --vulnerability-service osv

$(AUDIT)/.installed: tests/audit.lock | $(INSTALLED)
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/audit.lock
	@touch $@

# Needs uv; its options are in pyproject.toml. What is installed to run is a part of what is installed to develop.
lock:
	$(COMPILE) pyproject.toml --group dev --upgrade -o requirements-dev.lock
	$(COMPILE) pyproject.toml -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --group lake -o requirements-lake.lock
	$(COMPILE) --no-deps tests/reader.in -o tests/reader.lock
	$(COMPILE) tests/audit.in -o tests/audit.lock
