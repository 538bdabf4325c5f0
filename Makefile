# Everything here makes its own environment first: Python 3.11 or newer and a network will do.
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help demo test test-fast lint format lock bench clean

help:
	@echo "make demo    start a quickstart project in demo/ and deploy it to the local cloud"
	@echo "make test    run the tests (ARGS='tests/loop -k burst' for some of them)"
	@echo "make test-fast  run those that start no local cloud, no Node and no terminal"
	@echo "make lint    style, types and the import boundary"
	@echo "make format  put the code into shape"
	@echo "make lock    renew the locked requirements from pyproject.toml"
	@echo "make bench   measure against ampx, as docs/performance.md tells"
	@echo "make clean   remove the environment and the demo"

demo:
	@VENV=$(VENV) sh scripts/environment.sh run
	@VENV=$(VENV) sh scripts/demo.sh

# Three workers for two cores, whole files to each: a file's tests share their local cloud.
PYTEST = $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(PYTEST) $(ARGS)

test-fast:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(PYTEST) -m unit $(ARGS)

lint:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# --universal: one file for Linux and macOS, Python 3.11 to 3.13. No index address is written, so
# every machine uses its own.
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(UV_COMPILE) pyproject.toml --group build --output-file requirements.lock
	$(UV_COMPILE) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

bench:
	@VENV=$(VENV) sh scripts/environment.sh dev
	$(BIN)/python -m tests.bench $(ARGS)

clean:
	-@test -d demo && bin=$$(cd $(BIN) && pwd) && cd demo && $$bin/amplify-tui local stop
	rm -rf $(VENV) demo
