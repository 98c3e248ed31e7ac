# Everything runs from .venv, which `install` makes from hash-pinned requirements.
# Needs Python 3.11, 3.12 or 3.13 and nothing else; `make teams` needs Node too.

VENV := .venv
RUN := $(VENV)/bin/python
UV ?= uv
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate pyproject.toml
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

# The newest Python that Postroom runs on; PYTHON=… names another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$python && break; done)

.PHONY: help install demo teams tour test check format bench manifest migration requirements clean

help:
	@echo "make demo          Postroom with a local Microsoft 365; the terminal is the chat"
	@echo "make teams         the same Postroom in Microsoft's Agents Playground (needs Node)"
	@echo "make test          the whole test suite"
	@echo "make check         lint, format, types and the rules of the house"
	@echo "make format        put format and imports in order"
	@echo "make bench         the figures, each beside its baseline"
	@echo "make manifest      the Teams app package, from the settings"
	@echo "make migration     a migration for what changed in the models"
	@echo "make requirements  lock the dependencies again (needs uv)"
	@echo "make clean         remove what tools left; data and .venv stay"

install: $(VENV)/.installed

$(VENV)/.installed: requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Postroom needs Python 3.11, 3.12 or 3.13 with venv."; exit 2; }
	@echo "Installing into $(VENV) with $(PYTHON) (once, a minute or two) …"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.benchmarks: requirements/bench.txt $(VENV)/.installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Also takes the Playground's activities, which carry no token: from this machine alone.
demo: install
	@$(RUN) app.py demo --unsigned

# AS=Mateo is somebody else; PORT=56151 a second window.
teams: install
	@$(RUN) -m sandbox.playground $(if $(AS),--as $(AS)) $(if $(PORT),--port $(PORT))

tour: install
	@$(RUN) app.py tour

test: install
	$(RUN) -m pytest -n 2 --dist loadfile

check: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict core dialogs bot
	$(VENV)/bin/mypy --strict app.py wiring/*.py
	$(RUN) -m pytest -q tests/test_house.py

format: install
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.benchmarks
	@$(RUN) tests/benchmarks/run_all.py

manifest: install
	@$(RUN) -m manifest.build

# NAME=add_rules says what it does. Needs no database.
migration: install
	@mkdir -p data
	@$(RUN) -c 'import json; from core.database import tortoise_config as config; \
		print(json.dumps(config("sqlite:///unused")))' > data/makemigrations.json
	@PYTHONPATH=. $(VENV)/bin/tortoise --config-file data/makemigrations.json \
		makemigrations $(if $(NAME),--name $(NAME))

requirements:
	$(LOCK) -o requirements/run.txt
	$(LOCK) --group dev -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt

clean:
	rm -rf manifest/build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
