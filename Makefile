# Everything is built into bin/ and everything a run leaves behind is in .platform/; both are ignored by git.

GO ?= go
LDFLAGS := -s -w

.PHONY: help build demo test lint generate bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: bin/pulumi ## the operator's command and the Pulumi CLI
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/platform .

demo: build ## five stacks up on the simulated cloud; no AWS account needed
	bin/platform demo --sim

test: bin/pulumi bin/pulumi-language-go ## every test, runs of the real engine included
	$(GO) vet ./...
	$(GO) test -timeout 40m ./...

lint: bin/golangci-lint ## the linters of .golangci.yml
	bin/golangci-lint run ./...

generate: ## schema.json, the simulated cloud's schemas, the reference pages
	$(GO) generate ./...

bench: bin/pulumi ## previews and updates against a floor, compile cost against naive imports
	$(GO) test -run '^$$' -bench Stacks -benchtime 3x .
	$(GO) run ./tests/bench

clean: ## what was built and what runs left behind
	rm -rf bin .platform

bin/pulumi: tools/pulumi/go.mod tools/pulumi.sh
	@tools/pulumi.sh

bin/pulumi-language-go: tools/language-go/go.mod
	@tools/build.sh language-go pulumi-language-go github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go

bin/golangci-lint: tools/lint/go.mod
	@tools/build.sh lint golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
