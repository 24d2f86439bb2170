# Everything a developer does; each line's work lives in tools/.
.DEFAULT_GOAL := help
.PHONY: help setup run check test lint train eval compare bench bench-policy lock clean

help: ## Show this list
	@tools/help.sh

setup: ## Install everything: the application, its tests, the dialogue engine
	@tools/setup.sh test

run: ## Install and train what is missing, then start everything; Ctrl-C ends it
	@tools/run.sh

check: ## Run lint and the unit tests, in less than two minutes
	@tools/check.sh

test: ## Run every test, and measure what they cover (WHAT="tests/unit -k chat" for some of them)
	@tools/test.sh $(WHAT)

lint: ## Check style, types and the direction of imports
	@tools/lint.sh

train: ## Train the assistant, if what it learns from has changed
	@tools/train.sh

eval: train ## Measure the understanding on messages that never train
	@.venv/bin/regalo eval --picture docs/images/confusion.svg

compare: ## Train and measure every candidate pipeline (the networks take an hour)
	@tools/setup.sh run
	@.venv/bin/python tools/compare.py $(WHAT)

bench: ## Measure the whole beside Rasa's own starter project (QUICK=1: a few minutes; PLOT=1: draw it)
	@tools/bench.sh $(if $(QUICK),--quick) $(if $(PLOT),--plot)

bench-policy: ## Measure a policy of 500 rules, and a look back on 100 000 complaints
	@tools/setup.sh test
	@.venv/bin/python -m bench.policy

lock: ## Recompile the pinned requirements (UPGRADE=1 takes newer versions)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## Remove environments, models and caches; keep var/, which holds the database
	@tools/clean.sh
