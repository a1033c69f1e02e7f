# Symphainy. `make help` lists what can be done; every target works from a fresh clone.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# uv, wherever it is; else our own copy of it under build/, so that nothing of the user's is touched.
UV := $(shell command -v uv 2>/dev/null || echo build/uv/bin/uv)
RUN := $(UV) run --locked --all-extras --no-sync
# Two more than two cores: a test of a running platform mostly waits.
PYTEST_WORKERS ?= 4
# Says how long a part took: TIMED "what" command …
TIMED := f() { what="$$1"; shift; began=$$SECONDS; "$$@"; echo "-- $$what: $$(( SECONDS - began )) s"; }; f

ROOMS := activities bindings cli experience_api foundations governance realms runtime solution_api workflows worker.py
# A crashed worker of a parallel run can leave the others waiting: the whole run ends after WHOLE seconds.
WHOLE ?= 2400
# A second try for what rests on real processes and time; each is listed as RERUN at the end, and is a flaw to mend.
PYTEST ?= timeout --foreground --kill-after 30 $(WHOLE) $(RUN) pytest -q -n $(PYTEST_WORKERS) --dist loadscope --no-loadscope-reorder --reruns 1 -r fExR
export UV_PYTHON_DOWNLOADS ?= never

.PHONY: help install demo test quick check bench bench-city chaos chaos-smoke chaos-control sabotages programs large migration corpus fuzz audit smart-city authorization security-page diagnostics record clean ows-coverage

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Install everything: Debian packages (as root), uv, the locked Python packages
	@# Debian's packages and Python's come from different places: both at once, unless Python itself lacks one of the former.
	@python3 -c 'import venv, ensurepip' 2>/dev/null || sh deploy/setup.sh
	@sh deploy/setup.sh & debian=$$!; $(MAKE) -s .venv/.synced && wait $$debian
	@# Bytecode once, for the many processes of a start: an environment may forbid Python to write it by the way.
	@.venv/bin/python -m compileall -q -j 2 $(ROOMS) tests

build/uv/bin/uv:
	@echo "uv is not installed: fetching it into build/uv"
	@python3 -m venv build/uv
	@build/uv/bin/pip install -q 'uv>=0.9'

# Made again when the lock or the project changes; silent when there is nothing to do.
# Half of what is installed is never imported, or by one test: to compile it would take as long as the other half.
LEFT := /(sympy|mpmath|networkx|cfnlint|samtranslator|mypy|mypyc|huggingface_hub|docutils|setuptools|pip|geodata|carrierdata|genai_prices|f2py|lexers|devtools|testing|tests|moto/(?!core|s3|server|moto_api|utilities|settings)[a-z0-9_]*)/

.venv/.synced: pyproject.toml uv.lock $(filter build/uv/bin/uv,$(UV))
	@$(UV) sync -q --locked --all-extras
	@.venv/bin/python -m compileall -q -j 2 -x '$(LEFT)' .venv/lib
	@touch $@

demo: install ## Start the platform and run the reference flow: upload, ask, answer with the cited span
	@$(RUN) symphainy demo

test: install ## The whole suite, on real parts: Temporal, PostgreSQL, Redis; no network
	@$(RUN) python -P -m symphainy.cli.temporal_binary
	-@$(RUN) python -P tests/support/rewritten.py
	@$(PYTEST) tests

quick: install ## The suite without the tests that need minutes
	@$(PYTEST) -m "not heavy" tests

check: install ## What a reviewer's machine checks: format, lint, types, import contracts, the lock
	@$(UV) lock --check -q
	@$(RUN) ruff format --check -q .
	@$(RUN) ruff check -q .
	@$(RUN) mypy
	@$(RUN) lint-imports

bench: install ## The spine beside its peers, one run on this machine; ROWS="1 2": these alone
	@PYTHONPATH=benchmarks $(RUN) python -P benchmarks/__main__.py $(ROWS)

bench-city: install ## What all eight services cost a step: p50 and p99, beside the same step without them
	@$(RUN) python -P benchmarks/city_step.py

chaos: install ## A ledger under kill -9, watched from outside: 10,000 sagas, 300 faults; then its controls
	@mkdir -p build
	@$(TIMED) "10,000 sagas, 300 faults" $(RUN) symphainy chaos --sagas 10000 --faults 300 --pause 4 --seed $(or $(SEED),1) --out build/chaos.json
	@$(TIMED) "control: keys ignored" $(MAKE) chaos-control
	@$(TIMED) "control: six sabotages" $(MAKE) sabotages
	@$(TIMED) "500 random programs" $(MAKE) programs
	@$(RUN) python -P benchmarks/reliability_page.py build/chaos.json build/chaos-control.json build/sabotages.json > build/reliability.md
	@echo "build/reliability.md: to be kept as docs/reliability.md"

chaos-smoke: install ## The same in three minutes
	@$(RUN) symphainy chaos --sagas 300 --faults 20 --seed $(or $(SEED),1)

chaos-control: install ## The control: a receiver that ignores keys must be found out
	@! $(RUN) symphainy chaos --sagas 60 --faults 6 --pause 1 --fault F1 --fault F11 --ignore-keys --out build/chaos-control.json > build/chaos-control.txt 2>&1
	@grep -q "^I2: .* has twice" build/chaos-control.txt && echo "a receiver that ignores keys was found out"

sabotages: install ## Six one-line sabotages, a small trial each: every one must be found; NAMES="…": these
	@PYTHONPATH=tests $(RUN) python -P -m sabotages $(NAMES)

programs: install ## 500 random sagas against a model while workers are killed; COUNT=50: fewer
	@PYTHONPATH=tests $(RUN) python -P -m model.kills $(or $(COUNT),500)

large: install ## Loops of 10,000 iterations, forks of 1,000 branches: time, history, memory
	@PYTHONPATH=tests $(RUN) python -P benchmarks/large.py $(SIZES)

migration: install ## 350,000 policies through the migration, workers killed midway (docs/migration.md)
	@PYTHONPATH=tests $(RUN) python -P benchmarks/migration.py $(SIZES)

corpus: install ## Every given file against its expected outcome; KINDS="csv pdf-tables" runs these alone
	@PYTHONPATH=benchmarks $(RUN) python -P -m corpus $(KINDS)

fuzz: install ## 530,000 hostile definitions and expressions; INPUTS="bytes=1000" takes these alone
	@PYTHONPATH=tests $(RUN) python -P -m fuzz $(INPUTS)

audit: install ## The record of decisions: 180 mutations made and looked for, 100,000 rows verified
	@MUTATIONS=180 $(RUN) python -P -m pytest -q -s tests/surface/test_mutations.py tests/surface/test_export.py
	@PYTHONPATH=tests $(RUN) python -P benchmarks/audit_verify.py

smart-city: install ## Write docs/smart-city.md anew: every rule of the city and the tests that show it
	@PYTHONPATH=tests $(RUN) python -P tests/support/rules.py > docs/smart-city.md

authorization: install ## Ask both APIs everything as everyone; write docs/authorization.md
	@PYTHONPATH=.:tests $(RUN) python -P -m tests.authorization.page > docs/authorization.md
	@SYMPHAINY_TEST_WHOLE=1 $(RUN) pytest -q --timeout 600 tests/authorization

security-page: install ## Write docs/security.md: the security rows and their tests
	@PYTHONPATH=tests $(RUN) python -P -m support.checklist > docs/security.md

ows-coverage: install ## Write docs/ows-coverage.md anew: each construct and the tests that show it
	@$(RUN) pytest -q --ows-coverage tests/ctk tests/protocols tests/machine tests/definitions/test_schedule.py tests/runtime/test_schedules.py

diagnostics: install ## Write docs/diagnostics.md anew: every code of the compiler, its way out, an example
	@PYTHONPATH=tests $(RUN) python -P tests/support/diagnostics_page.py > docs/diagnostics.md

record: install ## Save golden histories that are missing, or NAME=… anew: later versions replay them
	@PYTHONPATH=tests $(RUN) python -P -m replay.record $(NAME)

clean: ## Remove what was built or cached; data in .symphainy stays
	@rm -rf build dist .venv/.synced .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +
