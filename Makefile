# What a person runs. CI runs .ci/run, which ends in the same targets.
GO ?= go
BUF ?= buf
bin := bin/waybill

.PHONY: build demo test generate bench soak faults
.DEFAULT_GOAL := build

build: ## the one binary, in bin/
	$(GO) build -o $(bin) ./cmd/waybill

demo: export WAYBILL_DATA_DIR ?= $(CURDIR)/.demo
demo: build ## a served registry with the example applied, and a dozen answers; DEMO_ONCE=1 ends after the table, LISTEN=127.0.0.1:0 takes a free port
	$(bin) demo $(if $(DEMO_ONCE),--once) $(if $(LISTEN),--listen $(LISTEN)) --log-level warn examples/prosense

test: ## every test; PostgreSQL's programs must be installed
	$(GO) test -race -timeout 15m ./...

generate: ## the contract's Go (needs buf) and ent's
	$(BUF) generate
	$(GO) generate ./...

bench: ## the engine alone, then the gate against the bare echo; figures are kept in docs/bench.json
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./internal/decision
	$(GO) run ./cmd/bench -json docs/bench.json

soak: ## the properties over and over, a million questions to the oracle, facts of ten million subjects, and 100,000 revocations against the checks of three servers
	WAYBILL_SUBJECTS=$(or $(SUBJECTS),10000000) WAYBILL_FACT_RACES=$(or $(FACT_RACES),100) WAYBILL_SECONDS=$(or $(SECONDS),60) $(GO) test -count 1 -timeout 120m -v -run '(Race|Boundary)OnPostgres|AtScale|AtARate' ./internal/gate
	WAYBILL_ORACLE_CASES=$(or $(CASES),1000000) $(GO) test -count 1 -timeout 60m -run Oracle ./internal/decision
	WAYBILL_RACES=$(or $(RACES),100000) $(GO) test -count 1 -timeout 24h -v -run 'TestRacesInVirtualTime' ./internal/gate
	WAYBILL_RACES=$(or $(RACES),10000) $(GO) test -count 1 -timeout 24h -v -run 'TestRacesOnPostgreSQL' ./internal/gate
	$(GO) test -race -count $(or $(ROUNDS),20) -timeout 240m ./internal/...

faults: ## what must survive a kill, a lost database and a lost commit: twenty rounds on each database; RACES revocations and FACT_RACES boundaries of volume on three servers
	WAYBILL_FAULTS=$(or $(ROUNDS),20) $(GO) test -count 1 -timeout 60m -run TestFault ./cmd/waybill
	WAYBILL_RACES=$(or $(RACES),1000) $(GO) test -count 1 -timeout 24h -run TestServers ./cmd/waybill
	WAYBILL_VOLUME_RACES=$(or $(FACT_RACES),100) $(GO) test -count 1 -timeout 60m -v -run TestVolume ./cmd/waybill
	$(GO) test -race -count $(or $(ROUNDS),20) -timeout 240m -run 'Gone|Unknown|Fault|Hung|Outcome' ./internal/...
