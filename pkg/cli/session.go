package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"aws-platform/pkg/config"
	"aws-platform/pkg/engine"
	"aws-platform/pkg/sim"
)

// simPassphrase protects nothing: the simulated cloud holds no secret.
const simPassphrase = "simulated"

// session is a project opened for work.
type session struct {
	app    *app
	stacks map[string]*config.Stack
	cloud  *sim.Cloud // nil: AWS
	base   engine.Options
}

// open reads every stack file and, with --sim, starts the simulated cloud. Nothing is touched when a file is faulty.
func (a *app) open() (*session, error) {
	if _, err := a.stackNames(); err != nil {
		return nil, err
	}
	stacks, err := config.LoadAll(a.dir, a.now())
	if err != nil {
		return nil, err
	}
	s := &session{app: a, stacks: stacks, base: engine.Options{
		Root: a.dir, Program: a.platform.Program(a.dir), Env: map[string]string{},
		SecretsProvider: a.secrets,
	}}
	if !a.sim {
		return s, nil
	}
	return s, s.simulate()
}

// simulate starts the cloud that is kept in the project's folder.
func (s *session) simulate() error {
	home := s.app.work("sim")
	cloud, err := sim.Start(sim.Options{
		Dir: filepath.Join(home, "cloud"), Accounts: s.accounts(), Region: s.region(), Speed: s.app.speed,
	})
	if err != nil {
		return fmt.Errorf("the simulated cloud does not start: %w", err)
	}
	s.cloud = cloud
	s.base.Env = cloud.Env()
	s.base.Env["PULUMI_CONFIG_PASSPHRASE"] = simPassphrase
	s.base.Work, s.base.Home = filepath.Join(home, "work"), filepath.Join(home, "home")
	s.base.Sandbox = true
	s.base.SecretsProvider = "passphrase"
	if s.base.BackendURL = s.storeURL(); s.base.BackendURL == "" {
		return errors.Join(errors.New("no stack has a stateBackend section: there is nowhere to keep state"), cloud.Close())
	}
	return nil
}

// close stops what open started.
func (s *session) close() error {
	if s.cloud == nil {
		return nil
	}
	return s.cloud.Close()
}

// work is a folder for what this command keeps beside the project.
func (a *app) work(parts ...string) string {
	return filepath.Join(append([]string{a.dir, ".platform"}, parts...)...)
}

// runner is an engine on the session's backend; change adjusts its options.
func (s *session) runner(ctx context.Context, change func(*engine.Options)) (engine.Runner, error) {
	pulumi, err := s.app.findPulumi()
	if err != nil {
		return nil, err
	}
	options := s.base
	options.CLI, options.Env = pulumi, maps.Clone(s.base.Env)
	if change != nil {
		change(&options)
	}
	runner, err := s.app.newRunner(ctx, options)
	if err != nil {
		return nil, err
	}
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	s.app.runners = append(s.app.runners, runner)
	return runner, nil
}

// findPulumi is the pulumi command to use.
func (a *app) findPulumi() (string, error) {
	if a.pulumi != "" {
		return filepath.Abs(a.pulumi)
	}
	own, err := filepath.Abs(filepath.Join(a.dir, "bin", "pulumi"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(own); err == nil {
		return own, nil
	}
	found, err := exec.LookPath("pulumi")
	if err != nil {
		return "", errors.New("no pulumi command: \"make bin/pulumi\" builds it, or name one with --pulumi")
	}
	return found, nil
}

func (s *session) accounts() []sim.Account {
	var accounts []sim.Account
	for _, name := range s.names() {
		stack := s.stacks[name]
		accounts = append(accounts, sim.Account{
			ID: stack.Account.ID, Name: name, Management: stack.Kind == config.Management,
		})
	}
	return accounts
}

// names are all stacks in the order in which they come up: management, shared, workloads.
func (s *session) names() []string {
	kinds := []config.Kind{config.Management, config.Shared, config.Workload}
	return slices.SortedFunc(maps.Keys(s.stacks), func(a, b string) int {
		first := slices.Index(kinds, s.stacks[a].Kind) - slices.Index(kinds, s.stacks[b].Kind)
		if first != 0 {
			return first
		}
		return slices.Compare([]string{a}, []string{b})
	})
}

// chosen are the stacks to work on, each with those of an earlier kind before it.
func (s *session) chosen(names []string, all bool) ([]engine.Stack, error) {
	switch {
	case all && len(names) > 0:
		return nil, &usageError{errors.New("--all and --stack exclude each other")}
	case all:
		names = s.names()
	case len(names) == 0:
		return nil, &usageError{fmt.Errorf("name stacks with --stack, or take --all; there are %s", strings.Join(s.names(), ", "))}
	}
	var stacks []engine.Stack
	for _, name := range names {
		if s.stacks[name] == nil {
			return nil, &unknownStack{name, s.names()}
		}
		stacks = append(stacks, engine.Stack{Name: name, After: s.before(name)})
	}
	return stacks, nil
}

// before are the stacks whose outputs a stack may use: data flows from management to shared to workloads.
func (s *session) before(name string) []string {
	earlier := map[config.Kind][]config.Kind{
		config.Shared:   {config.Management},
		config.Workload: {config.Management, config.Shared},
	}
	var names []string
	for _, other := range s.names() {
		if slices.Contains(earlier[s.stacks[name].Kind], s.stacks[other].Kind) {
			names = append(names, other)
		}
	}
	return names
}

// management is the stack that makes the state backend, "" if none does.
func (s *session) management() string {
	for _, name := range s.names() {
		if s.stacks[name].StateBackend != nil {
			return name
		}
	}
	return ""
}

// storeURL is the address of the state bucket that the management stack makes.
func (s *session) storeURL() string {
	owner := s.stacks[s.management()]
	switch {
	case owner == nil:
		return ""
	case s.cloud != nil:
		return s.cloud.BackendURL(owner.StateBackend.Bucket)
	}
	return fmt.Sprintf("s3://%s?region=%s", owner.StateBackend.Bucket, owner.Account.Region)
}

func (s *session) region() string {
	if owner := s.stacks[s.management()]; owner != nil {
		return owner.Account.Region
	}
	return ""
}
