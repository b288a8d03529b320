package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// MockOptions say where a program under Pulumi's mocks runs.
type MockOptions struct {
	Account string // of the ambient caller, "111111111111" if empty
	Region  string // "eu-west-1" if empty
	// Preview makes nothing: what only the cloud can know is unknown. Run the program with DryRun, see pulumi.RunInfo.
	Preview bool
	// Stacks are the outputs stack references find, by full name ("organization/aws-platform/shared").
	Stacks map[string]resource.PropertyMap
	// Quotas raise a default quota, by the error code that tells of it.
	Quotas map[string]int
	// Accounts are the organization's, one of them the management account. None given: what other accounts have is taken
	// to be as the program says.
	Accounts []Account
	// On are the mocks of a program that came before: this one finds in the cloud what that one made.
	On *Mocks
}

// Mocks answers a program run under pulumi.WithMocks with the simulated cloud's model and records what it registered.
type Mocks struct {
	options MockOptions
	model   *model
	err     error // why there is no model

	mu            sync.Mutex
	sessions      map[resource.URN]*session
	registrations []Registration
}

var _ pulumi.MockResourceMonitor = (*Mocks)(nil)

// CheckError is a resource whose inputs were refused before anything was made.
type CheckError struct {
	Type, Name string
	Failures   []Failure
}

// Error lists every failure, one a line.
func (e *CheckError) Error() string {
	lines := make([]string, len(e.Failures))
	for i, failure := range e.Failures {
		lines[i] = fmt.Sprintf("%s %q: %s", e.Type, e.Name, failure.Reason)
		if failure.Property != "" {
			lines[i] = fmt.Sprintf("%s %q: %s: %s", e.Type, e.Name, failure.Property, failure.Reason)
		}
	}
	return strings.Join(lines, "\n")
}

// NewMocks gives mocks with an empty cloud.
func NewMocks(options MockOptions) *Mocks {
	if options.Account == "" {
		options.Account = "111111111111"
	}
	if options.Region == "" {
		options.Region = "eu-west-1"
	}
	mocks := &Mocks{options: options, sessions: map[resource.URN]*session{}}
	if options.On != nil {
		mocks.model, mocks.err = options.On.model, options.On.err
		return mocks
	}
	reg, err := newRegistry()
	if err != nil {
		mocks.err = err
		return mocks
	}
	inventory, err := openInventory("", reg)
	mocks.err = err
	mocks.model = &model{
		registry: reg, inventory: inventory, quotas: options.Quotas, open: len(options.Accounts) == 0,
		accounts: map[string]Account{options.Account: {ID: options.Account, Management: true}},
	}
	for _, one := range options.Accounts {
		mocks.model.accounts[one.ID] = one
	}
	return mocks
}

// Registrations are all resources registered so far, sorted by URN.
func (m *Mocks) Registrations() []Registration {
	m.mu.Lock()
	defer m.mu.Unlock()
	sorted := slices.Clone(m.registrations)
	slices.SortFunc(sorted, func(a, b Registration) int { return strings.Compare(string(a.URN), string(b.URN)) })
	return sorted
}

// Call answers a data source.
func (m *Mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if m.err != nil {
		return nil, m.err
	}
	opened, err := m.session(args.Provider)
	if err != nil {
		return nil, err
	}
	result, failures, err := m.model.invoke(opened, args.Token, args.Args)
	if len(failures) > 0 {
		return nil, &CheckError{Type: args.Token, Failures: failures}
	}
	return result, err
}

// NewResource answers a registration or a read.
func (m *Mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if m.err != nil {
		return "", nil, m.err
	}
	registered, err := readRegistration(args)
	if err != nil {
		return "", nil, err
	}
	switch {
	case args.TypeToken == "pulumi:pulumi:StackReference":
		registered.Custom = true
		registered.ID, registered.Outputs, err = m.stackReference(registered)
	case strings.HasPrefix(args.TypeToken, "pulumi:providers:"):
		registered.ID, registered.Outputs, err = m.provider(registered)
	case args.ReadRPC != nil:
		registered.Custom = true
		registered.ID, registered.Outputs, err = m.read(registered, args)
	case args.Custom:
		registered.ID, registered.Outputs, err = m.create(registered, args)
	default:
		registered.Outputs = registered.Inputs
	}
	if err != nil {
		return "", nil, err
	}
	m.mu.Lock()
	m.registrations = append(m.registrations, registered)
	m.mu.Unlock()
	return registered.ID, registered.Outputs, nil
}

// session is the provider instance a resource names, "urn::id", or the default one.
func (m *Mocks) session(provider string) (*session, error) {
	if urn := providerURN(provider); urn != "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		if opened := m.sessions[urn]; opened != nil {
			return opened, nil
		}
		return nil, fmt.Errorf("provider %s was never registered", urn)
	}
	return m.model.configure("aws", nil, m.ambient())
}

// reaches says whether the cluster a session speaks to is in the simulation. Under mocks it need not be: the program may
// have been given its kubeconfig, and then everything is taken to be as the program says.
func (m *Mocks) reaches(opened *session) bool {
	m.model.mu.Lock()
	defer m.model.mu.Unlock()
	if opened.kube == nil || opened.kube.Fault != "" {
		return false
	}
	_, err := m.model.clusterAt(opened.kube.Server)
	return err == nil
}

func (m *Mocks) ambient() place {
	return place{Account: m.options.Account, Region: m.options.Region, Partition: partitionOf(m.options.Region)}
}

func (m *Mocks) provider(registered Registration) (string, resource.PropertyMap, error) {
	pkg := strings.TrimPrefix(registered.Type, "pulumi:providers:")
	if m.model.registry.schemas[pkg] == nil {
		return "", nil, fmt.Errorf("the simulated cloud has no package %q", pkg)
	}
	if failures := m.model.checkConfig(pkg, registered.Inputs); len(failures) > 0 {
		return "", nil, &CheckError{registered.Type, registered.Name, failures}
	}
	opened, err := m.model.configure(pkg, registered.Inputs, m.ambient())
	if err != nil {
		return "", nil, err
	}
	m.mu.Lock()
	m.sessions[registered.URN] = opened
	m.mu.Unlock()
	return registered.Name, registered.Inputs, nil
}

func (m *Mocks) create(registered Registration, args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	opened, err := m.session(args.Provider)
	if err != nil {
		return "", nil, err
	}
	made := call{
		place: opened.place, DefaultTags: opened.defaultTags,
		Token: registered.Type, URN: registered.URN, Name: registered.Name, Inputs: registered.Inputs, kube: opened.kube,
	}
	if !m.model.open {
		made.Caller = &opened.caller
	}
	checked, failures, err := m.model.check(made, nil)
	if err != nil {
		return "", nil, err
	}
	if len(failures) > 0 {
		return "", nil, &CheckError{registered.Type, registered.Name, failures}
	}
	made.Inputs = checked
	made.ID = args.RegisterRPC.GetImportId()
	if m.options.Preview {
		outputs, err := m.model.preview(made, nil)
		return made.ID, outputs, err
	}
	if isKube(made.Token) && !m.reaches(opened) {
		return kubeID(checked), known(kubePreview(made, nil)), nil
	}
	register := m.model.create
	if made.ID != "" && !m.model.open {
		register = m.model.update // as the engine does with what it imports; else it comes to be with the id it has
	}
	record, err := register(made)
	if err != nil {
		return "", nil, fmt.Errorf("%s %q: %w", registered.Type, registered.Name, err)
	}
	return record.ID, plainMap(record.Properties), nil
}

func (m *Mocks) read(registered Registration, args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	opened, err := m.session(args.Provider)
	if err != nil {
		return "", nil, err
	}
	found, err := m.model.read(call{place: opened.place, Token: registered.Type, ID: args.ID, kube: opened.kube})
	if err != nil {
		return "", nil, err
	}
	if found == nil {
		return "", nil, fmt.Errorf("%s %q: resource %q does not exist", registered.Type, registered.Name, args.ID)
	}
	return found.ID, found.Properties, nil
}

func (m *Mocks) stackReference(registered Registration) (string, resource.PropertyMap, error) {
	name := text(registered.Inputs, "name")
	outputs, ok := m.options.Stacks[name]
	if !ok {
		return "", nil, fmt.Errorf("stack reference %q has no outputs; give them in MockOptions.Stacks, which has %q",
			name, slices.Sorted(maps.Keys(m.options.Stacks)))
	}
	secrets := []resource.PropertyValue{}
	for _, key := range slices.Sorted(maps.Keys(outputs)) {
		if outputs[key].ContainsSecrets() {
			secrets = append(secrets, resource.NewProperty(string(key)))
		}
	}
	return name, resource.PropertyMap{
		"name": resource.NewProperty(name), "outputs": resource.NewProperty(outputs),
		"secretOutputNames": resource.NewProperty(secrets),
	}, nil
}
