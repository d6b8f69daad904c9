# Every command sets up what it needs first; `make` alone lists them.
# `make setup PYTHON=/path/to/python3` takes another Python than the first that fits.

FITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c "$(FITS)" 2>/dev/null && command -v $$p && break; done)

MINIGRAM = .venv/bin/python -m minigram
PYTEST = .venv/bin/python -m pytest

help:  ## list these commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1,\2/p' Makefile | while IFS=, read -r name does; do printf '  make %-10s %s\n' "$$name" "$$does"; done

setup:  ## make or complete the virtual environment in .venv; does nothing when it is whole
	@"$(PYTHON)" -c "$(FITS)" 2>/dev/null || { \
		echo "Python 3.11 to 3.14 is needed, and '$(or $(PYTHON),python3)' is not one:" \
		"the packages python3 and python3-venv bring it (Debian, Ubuntu), or python@3.13 (Homebrew)."; exit 1; }
	@"$(PYTHON)" -I minigram/course/set_up.py

tour: setup  ## run every notebook on real servers and show what was measured
	@$(MINIGRAM) tour

lab: setup  ## open JupyterLab at the first chapter
	@$(MINIGRAM) lab

run: setup  ## start the app and its servers; Ctrl-C stops all of it
	@$(MINIGRAM) run

doctor: setup  ## say which servers were found, and what is missing
	@$(MINIGRAM) doctor

bench: setup  ## measure what the app costs, as counts and ratios
	@$(MINIGRAM) bench

record: setup  ## run every notebook and keep what it shows in the clone, for readers
	@$(MINIGRAM) record

lint: setup  ## check style and types
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy

test: lint  ## lint, and the tests but for those that take long
	$(PYTEST) -m "not slow"

test-slow: setup  ## the tests that take long, but for the most thorough
	@# marks are given one after the other, and with nothing beside them
	$(PYTEST) -m "slow and not thorough" -n 2 --dist loadfile --ignore=tests/solutions; beside=$$?; \
	$(PYTEST) -m "slow and not thorough" tests/solutions && exit $$beside

test-all: lint  ## lint and all tests, the most thorough too; this takes hours
	$(PYTEST)

lock: setup  ## choose exact versions for what pyproject.toml asks for, and write requirements.txt
	.venv/bin/python -m minigram.course.lock

clean:  ## remove the environment and what runs wrote; work/ stays
	rm -rf .venv build

.PHONY: help setup tour lab run doctor bench record lint test test-slow test-all lock clean
