# The commands of daily work, named as Polar names its own. Each is one line
# that works without make, too.

.DEFAULT_GOAL := help
.PHONY: help lint lint-types test test-fast cover bench db-migrate db-revision api ci

SHOP := go run -C examples ./shop

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

bin/golangci-lint: tools/go.mod
	go build -C tools -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

lint: bin/golangci-lint ## run the linters and gofmt in every module
	test -z "$$(gofmt -l . | tee /dev/stderr)"
	for module in . examples bench; do (cd $$module && $(CURDIR)/bin/golangci-lint run ./...) || exit 1; done

lint-types: ## let the compiler and go vet look, for every system
	for os in linux darwin windows; do GOOS=$$os CGO_ENABLED=0 go vet ./... || exit 1; done
	go vet -C examples ./...
	go vet -C bench ./...

test: ## run all tests with the race detector
	go test -race ./... && go test -C examples -race ./... && go test -C bench -race ./...

test-fast: ## run all tests without it
	go test ./... && go test -C examples ./... && go test -C bench ./...

cover: ## run the tests of the library and show what they cover
	go test -coverpkg=./... -coverprofile=coverage.out ./...
	go tool cover -func=coverage.out | tail -1

bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...
	go test -C bench -run '^$$' -bench . -benchmem ./...

db-migrate: ## bring the example's database to the newest schema
	$(SHOP) migrate

db-revision: ## make a new empty migration for the example: make db-revision NAME=add_invoices
	@test -n "$(NAME)" || { echo "say its name: make db-revision NAME=add_invoices" >&2; exit 1; }
	@echo '$(NAME)' | grep -qE '^[a-z][a-z0-9_]*$$' || { echo "a name is lower-case letters, digits and underscores" >&2; exit 1; }
	@cd examples/shop/migrations && \
		last=$$({ ls | sed -n 's/^0*\([0-9][0-9]*\)_.*\.sql$$/\1/p'; sed -n 's/.*NewGoMigration(\([0-9]*\),.*/\1/p' migrations.go; } | sort -n | tail -1) && \
		file=$$(printf '%05d_%s.sql' $$((last + 1)) '$(NAME)') && \
		printf -- '-- +goose Up\n\n-- +goose Down\n' > "$$file" && echo "examples/shop/migrations/$$file"

api: ## run the example
	$(SHOP)

ci: ## run everything that CI runs
	.ci/run
