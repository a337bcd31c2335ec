# What a fresh machine needs: python3 (3.11 or newer) and make. A C compiler makes it fast, no more.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := $(VENV)/demo
LOWEST := .venv-lowest
SANITIZED := .venv-sanitized

.DEFAULT_GOAL := help
.PHONY: help demo test lowest sanitize check bench soak clean

help: ## show these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.installed ## find the repeated section in seeds/, clean it out and put it back
	@$(BIN)/dedup report seeds/
	@rm -rf $(OUT); mkdir -p $(OUT)
	@echo
	@echo 'Look at the block above: one article holds a section twice; line numbers and text are both shown.'
	@echo
	@echo '$$ dedup clean seeds/ -o cleaned/'
	@$(BIN)/dedup clean seeds/ -o $(OUT)/cleaned
	@echo '$$ dedup restore cleaned/ -o restored/'
	@$(BIN)/dedup restore $(OUT)/cleaned -o $(OUT)/restored
	@diff -r seeds $(OUT)/restored && echo 'restored/ is seeds/ again, byte for byte.'
	@rm -rf $(OUT)
	@echo
	@echo 'Now yours: $(BIN)/dedup report FOLDER, and $(BIN)/dedup --help for the rest.'

test: $(VENV)/.tools ## run every test once, on all cores
	$(BIN)/python -m pytest -n auto --dist loadfile --hypothesis-profile=ci $(TESTS)

lowest: $(LOWEST)/.installed ## test what meets other packages, with the lowest dependencies
	$(LOWEST)/bin/python -m pytest -n auto --dist loadfile --hypothesis-profile=ci -W default::DeprecationWarning \
	  tests/cli/test_help.py tests/cli/test_options.py tests/test_pipeline.py tests/formats \
	  tests/kernels tests/index/test_shared.py tests/test_serving.py

# The libraries of the sanitizers must be there before Python; leaks are Python's own.
sanitize: $(SANITIZED)/.installed ## run the kernels' tests where every wrong access stops them
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	  ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=$(SANITIZED) DEDUP_KERNEL=native \
	  $(BIN)/python -P -m pytest -n auto --dist loadfile --hypothesis-profile=ci tests/kernels -k 'not takes_no_time'

check: $(VENV)/.tools ## lint, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict dedup
	$(BIN)/lint-imports

bench: $(VENV)/.tools ## measure speed and quality into benchmarks/results/
	@for script in benchmarks/quality.py benchmarks/speed.py; do \
	  if [ -f $$script ]; then $(BIN)/python $$script || exit 1; fi; done

soak: $(VENV)/.tools ## random tests by the thousand: takes hours
	$(BIN)/python -m pytest --hypothesis-profile=soak -m 'soak or not soak' $(TESTS)

clean: ## remove what these targets made
	rm -rf $(VENV) $(LOWEST) $(SANITIZED) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'dedup needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo 'This Python has no venv: on Debian and Ubuntu, apt-get install python3-venv'; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade pip

$(VENV)/.installed: pyproject.toml $(wildcard dedup/kernels/*.pyx dedup/kernels/*.h) | $(BIN)/python
	@echo 'Installing dedup into $(VENV) (a minute) ...'
	@$(BIN)/python -m pip install -qq --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.installed
	@echo 'Installing what the tests need ...'
	@$(BIN)/python -m pip install -qq --group dev
	@touch $@

# The versions that pyproject.toml names as the least; the tests' own tools are the newest, and what
# an old typer asks of a new click, which warns, is theirs.
$(LOWEST)/.installed: pyproject.toml $(wildcard dedup/kernels/*.pyx dedup/kernels/*.h) | $(BIN)/python
	@echo 'Installing dedup with its lowest dependencies into $(LOWEST) ...'
	@$(BIN)/python -m pip install -qq uv
	@$(BIN)/uv venv -q --clear --python $(BIN)/python $(LOWEST)
	@$(BIN)/uv pip install -q --python $(LOWEST) --resolution lowest-direct --editable '.[redis,serve,web]' 'fsspec[http]>=2025.2'
	@$(BIN)/uv pip install -q --python $(LOWEST) --group table pytest pytest-xdist hypothesis jsonschema
	@touch $@

$(SANITIZED)/.installed: pyproject.toml $(wildcard dedup/kernels/*.pyx dedup/kernels/*.h) | $(VENV)/.tools
	@echo 'Building the kernels with sanitizers into $(SANITIZED) (two minutes) ...'
	@rm -rf $(SANITIZED)
	@CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1' \
	  $(BIN)/python -m pip install -qq --no-deps --target $(SANITIZED) .
	@touch $@
