# Two commands matter: `make run` and `make test`. Both do all their own set-up, in .venv/.

# Debian's python3 may be too old or too new a name for 3.11: take the first that will do.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,\
	$(if $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes),$(name))))
BIN := .venv/bin
CATALOGUE := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))
BROWSER := $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))

.PHONY: run test test-api test-faults catalogue check format words bench pictures lock clean

run: .venv/run.stamp $(CATALOGUE)
	@$(BIN)/flask serve

test: .venv/test.stamp $(CATALOGUE)
	@$(BIN)/python -m tests.tools
	$(BIN)/python -m pytest -n auto $(PYTEST)

# Whatever programs may send: at least so many examples for the whole document of the API.
API_EXAMPLES ?= 10500
test-api: .venv/test.stamp $(CATALOGUE)
	API_EXAMPLES=$(API_EXAMPLES) $(BIN)/python -m pytest -n 0 -s tests/api/test_nonsense.py $(PYTEST)

# Every fault of docs/reliability.md, FAULT_RUNS times where workers are killed at random, and the table of what came of it.
FAULT_RUNS ?= 20
FAULT_RESULTS ?= instance/faults.jsonl
export FAULT_RUNS FAULT_RESULTS
test-faults: .venv/test.stamp $(CATALOGUE)
	@$(BIN)/python -m tests.tools
	@rm -f $(FAULT_RESULTS)
	$(BIN)/python -m pytest -n auto -m "" -p tests.faults.recording $$($(BIN)/python -m tests.faults.catalogue) $(PYTEST)
	@$(BIN)/python -m tests.faults.report

check: .venv/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint templates --check --lint --quiet

format: .venv/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint templates --reformat --quiet

# After a change of words in the code: the new ones come into the catalogue empty, for a person to translate.
words: .venv/test.stamp
	PYTHONPATH=. $(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -o translations/messages.pot --no-location --no-wrap --sort-output .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations -l nl --no-fuzzy-matching --no-wrap --ignore-obsolete
	rm translations/messages.pot

bench: .venv/test.stamp $(CATALOGUE)
	@$(BIN)/python -m benchmarks

pictures: .venv/test.stamp $(CATALOGUE)
	$(BIN)/python -m tests.pictures

# The locks name no package host; `uv` is needed for this one command only.
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev pyproject.toml -o requirements-dev.lock
	cd tests/clients && $(COMPILE) khal.in -o khal.lock && $(COMPILE) maintnote.in -o maintnote.lock
	cd tests/clients/node && npm install --package-lock-only

catalogue: $(CATALOGUE)

clean:
	rm -rf .venv $(CATALOGUE)

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock | .venv/bin/python
	@echo "Installing what the product runs on (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

.venv/test.stamp: requirements-dev.lock | .venv/bin/python
	@echo "Installing what the tests need (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@ .venv/run.stamp

translations/%.mo: translations/%.po | .venv/bin/python
	@$(BIN)/pybabel --quiet compile -i $< -o $@
