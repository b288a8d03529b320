package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/naming"
)

// root is the project's folder.
const root = "../.."

// folder writes a project of the given files, with the whole test project below them, and returns its folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o600))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// load is Load of stack dev without a fault.
func load(t *testing.T, stackFile string) *config.Stack {
	t.Helper()
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": stackFile})
	stack, err := config.Load(config.Source{Dir: dir, Stack: "dev", Now: now()})
	require.NoError(t, err)
	return stack
}

func TestTheProjectsOwnStacksLoad(t *testing.T) {
	t.Parallel()
	stacks, err := config.LoadAll(root, now())
	require.NoError(t, err)
	names, err := config.Stacks(root)
	require.NoError(t, err)
	require.Equal(t, []string{"dev", "management", "prod", "shared", "staging"}, names)
	require.Len(t, stacks, len(names))
	for name, stack := range stacks {
		require.Equal(t, name, stack.Environment)
		require.Equal(t, "acme", stack.Organization)
		require.Equal(t, stack.Profile == "production", stack.Protect, name)
	}
	require.Equal(t, config.Management, stacks["management"].Kind)
	require.Equal(t, config.Shared, stacks["shared"].Kind)
	require.Equal(t, config.Workload, stacks["prod"].Kind)
}

func TestEngineValuesGiveTheSameStack(t *testing.T) {
	t.Parallel()
	names, err := config.Stacks(root)
	require.NoError(t, err)
	for _, name := range names {
		values, err := engineValues(root, name)
		require.NoError(t, err)
		byFile, err := config.Explain(config.Source{Dir: root, Stack: name, Now: now()})
		require.NoError(t, err)
		byEngine, err := config.Explain(config.Source{Dir: root, Stack: name, Values: values, Now: now()})
		require.NoError(t, err)
		require.Equal(t, byFile, byEngine, name)
	}
}

// A value that "pulumi config set" or the Automation API gave stands in no file; it counts all the same.
func TestEngineValuesWinOverTheFile(t *testing.T) {
	t.Parallel()
	file := "config:\n  aws-platform:protect: false\n  aws-platform:vpcs: { main: { cidr: 10.16.0.0/16, zones: [a, b], flowLogs: { retentionDays: 0x1E, aggregationSeconds: 600 } } }\n"
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": file})
	values, err := engineValues(dir, "dev")
	require.NoError(t, err)
	values["aws-platform:protect"] = "true"
	values["aws-platform:vpcs"] = `{"main":{"cidr":"10.17.0.0/16","zones":["a","b"],"nat":"none","flowLogs":{"retentionDays":60,"aggregationSeconds":600}}}`
	src := config.Source{Dir: dir, Stack: "dev", Values: values, Now: now()}

	stack, err := config.Load(src)
	require.NoError(t, err)
	require.True(t, stack.Protect)
	require.Equal(t, "10.17.0.0/16", stack.VPCs["main"].CIDR)
	require.Equal(t, "none", stack.VPCs["main"].NAT)

	settings, err := config.Explain(src)
	require.NoError(t, err)
	origins := map[string]string{}
	for _, s := range settings {
		origins[s.Path] = s.Origin
	}
	require.Equal(t, "configuration of stack dev", origins["protect"])
	require.Equal(t, "configuration of stack dev", origins["vpcs.main.cidr"])
	require.Equal(t, "Pulumi.dev.yaml:3", origins["vpcs.main.zones"])
	require.Equal(t, "configuration of stack dev", origins["vpcs.main.flowLogs.retentionDays"])
	require.Equal(t, "Pulumi.dev.yaml:3", origins["vpcs.main.flowLogs.aggregationSeconds"])
	require.Equal(t, "default", origins["vpcs.main.flowLogs.destination"])

	values["aws-platform:vpcs"] = `{"main":{"cidr":"10.17.0.0/16","zones":["a","z"]}}`
	values["aws-platform:vpc"] = `{}`
	values["aws-platform:tags"] = `{"Team":"a","team":"b"}`
	values["aws:region"] = "eu-west-1"
	_, err = config.Load(src)
	require.Equal(t, `configuration of stack dev: aws-platform:vpc: unknown section; did you mean "vpcs"?
configuration of stack dev: aws:region: has no effect; remove it; the account's provider is made from aws-platform:account (id, region, role)
configuration of stack dev: tags.team: differs from the tag "Team" in case only; keep one of the two: IAM takes them for the same
configuration of stack dev: vpcs.main.zones[1]: "z" is not known; use a, b, c, d, e or f
`, messages(t, err))
}

// The engine needs no stack file: the Automation API may keep a stack's configuration elsewhere.
func TestEngineValuesWithoutAFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, nil)
	values := map[string]string{
		"aws-platform:kind": "workload", "aws-platform:profile": "development", "aws-platform:environment": "dev",
		"aws-platform:costCenter": "0042", "pulumi:tags": `{"a":"b"}`,
		"aws-platform:account": `{"id":"123456789012","region":"eu-west-1"}`,
	}
	stack, err := config.Load(config.Source{Dir: dir, Stack: "dev", Values: values, Now: now()})
	require.NoError(t, err)
	require.Equal(t, "0042", stack.CostCenter)

	values["aws-platform:account"] = `{"id":123456789012}`
	delete(values, "aws-platform:kind")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte("name: aws-platform\nconfig: { organization: acme, owner: team }\n"), 0o600))
	_, err = config.Load(config.Source{Dir: dir, Stack: "dev", Values: values, Now: now()})
	require.Equal(t, `configuration of stack dev: account.id: must be text, is the number 123456789012; quote it: "123456789012"
configuration of stack dev: account.region: is missing; add it, for example region: eu-west-1
configuration of stack dev: kind: is missing; add it, for example aws-platform:kind: workload
`, messages(t, err))
}

func TestEngineSecretsAreRefused(t *testing.T) {
	t.Parallel()
	file := "config:\n  aws-platform:tags: { Team: a }\n"
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": file})
	values, err := engineValues(dir, "dev")
	require.NoError(t, err)
	_, err = config.Load(config.Source{Dir: dir, Stack: "dev", Values: values, Secrets: []string{"aws-platform:tags"}, Now: now()})
	require.Equal(t, "Pulumi.dev.yaml:2:3: tags: is encrypted; remove it: nothing configured here is secret; "+
		"keep secrets in Secrets Manager and name them\n", messages(t, err))
}

// "pulumi config set" without --path writes text: true as "true", an object as its JSON.
func TestTextThatConfigSetWrites(t *testing.T) {
	t.Parallel()
	stack := load(t, `config:
  aws-platform:protect: "true"
  aws-platform:tags: '{"Team":"a"}'
`)
	require.True(t, stack.Protect)
	require.Equal(t, map[string]string{"Team": "a"}, stack.Tags)
}

// Pulumi accepts keys without the project's name, and the older form with the module "config".
func TestKeysPulumiTakesForTheProjectsOwn(t *testing.T) {
	t.Parallel()
	stack := load(t, "config:\n  owner: team-a\n  aws-platform:config:costCenter: \"7\"\n")
	require.Equal(t, "team-a", stack.Owner)
	require.Equal(t, "7", stack.CostCenter)
}

func TestNoStackFile(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"Pulumi.prod.yaml": "config: {}\n"})
	_, err := config.Load(config.Source{Dir: dir, Stack: "prood", Now: now()})
	require.EqualError(t, err, "the configuration is faulty: Pulumi.prood.yaml: does not exist; create the file, or name one of the stacks prod; did you mean \"prod\"?")

	_, err = config.Load(config.Source{Dir: t.TempDir(), Stack: "dev", Now: now()})
	require.EqualError(t, err, "the configuration is faulty: Pulumi.dev.yaml: does not exist; create the file")
	_, err = config.LoadAll(t.TempDir(), now())
	require.ErrorContains(t, err, "holds no stack file")
	_, err = config.LoadAll(filepath.Join(dir, "nowhere"), now())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStackFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := folder(t, nil)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "Pulumi.dev.yaml"), 0o700))
	_, err := config.Load(config.Source{Dir: dir, Stack: "dev", Now: now()})
	require.Equal(t, "Pulumi.dev.yaml: cannot be read: is a directory; make it a readable file\n", messages(t, err))
}

func TestProblemsListEveryFault(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"Pulumi.dev.yaml": "config:\n  aws-platform:owner: 1\n  aws-platform:kind: x\n"})
	_, err := config.Load(config.Source{Dir: dir, Stack: "dev", Now: now()})
	require.EqualError(t, err, `the configuration has 2 faults:
  Pulumi.dev.yaml:2:23: owner: must be text, is the number 1; quote it: "1"
  Pulumi.dev.yaml:3:22: kind: "x" is not known; use management, shared or workload`)
	var problems config.Problems
	require.ErrorAs(t, err, &problems)
	require.Equal(t, config.Problem{
		File: "Pulumi.dev.yaml", Line: 2, Column: 23, Path: "owner", Fault: "must be text, is the number 1", Fix: `quote it: "1"`,
	}, problems[0])
}

// The tags a stack file may not take are the ones package naming sets.
func TestPlatformTagsAreNamings(t *testing.T) {
	t.Parallel()
	var scope naming.Scope
	for tag := range scope.Tags("", "", nil) {
		dir := folder(t, map[string]string{"Pulumi.dev.yaml": "config:\n  aws-platform:tags: { " + tag + ": x }\n"})
		_, err := config.Load(config.Source{Dir: dir, Stack: "dev", Now: now()})
		require.ErrorContains(t, err, "is the platform's own tag "+tag)
	}
	require.Len(t, scope.Tags("", "", nil), 7)
}
