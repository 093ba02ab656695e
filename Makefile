# What a person runs. CI runs .ci/run, which ends in the same targets.
GO ?= go
BUF ?= buf
bin := bin/waybill

.PHONY: build demo test generate bench soak faults
.DEFAULT_GOAL := build

build: ## the one binary, in bin/
	$(GO) build -o $(bin) ./cmd/waybill

demo: export WAYBILL_DATA_DIR ?= $(CURDIR)/.demo
demo: build ## a served registry with the example applied, and a dozen answers; DEMO_ONCE=1 ends after the table
	$(bin) demo $(if $(DEMO_ONCE),--once) --log-level warn examples/prosense

test: ## every test; PostgreSQL's programs must be installed
	$(GO) test -race -timeout 15m ./...

generate: ## the contract's Go (needs buf) and ent's
	$(BUF) generate
	$(GO) generate ./...

bench: ## the engine alone, then the gate against the bare echo
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...

soak: ## random registries and questions: engine against oracle, delta against fold
	WAYBILL_SOAK=1 $(GO) test -timeout 120m -count 1 ./internal/decision/... ./internal/store/... ./internal/gate/...

faults: ## kill -9, a lost database, a lost commit: twenty rounds on each database
	WAYBILL_FAULTS=20 $(GO) test -timeout 120m -count 1 -run 'Kill|Fault|Gone|Unknown' ./...
