package security

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/naming"
	"aws-platform/tests/golden"
)

const (
	managementID = "210000000001"
	sharedID     = "210000000002"
	devID        = "210000000003"
	organization = "o-a1b2c3d4e5"
	operators    = "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformOperator_*"
	auditors     = "aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Auditor_*"
)

func testScope(environment, account string) naming.Scope {
	return naming.Scope{
		Project: "aws-platform", Organization: "acme", Environment: environment, Region: "eu-west-1", AccountID: account,
		Partition: "aws", Owner: "platform", CostCenter: "1000",
	}
}

// devFacts are of an account that runs a workload; sharedFacts of the one in which pipelines sign in.
func devFacts() facts {
	f := facts{
		scope: testScope("dev", devID), organizationID: organization, managementID: managementID, stack: "dev",
		operators: []string{operators}, readers: []string{auditors}, users: []string{"break-glass/first"},
	}
	f.sharedID = sharedID
	return f
}

func sharedFacts() facts {
	f := facts{
		scope: testScope("shared", sharedID), organizationID: organization, managementID: managementID, stack: "shared",
		previews: []string{"dev"}, operators: []string{operators}, users: []string{"break-glass/first"},
		roles: []string{"acme-ci-*", "acme-*-dns", "acme-*-network"}, issuers: []string{"token.actions.githubusercontent.com"}, watches: true, secrets: "aws-platform",
	}
	f.sharedID = sharedID
	return f
}

// text is a policy's JSON.
func text(t *testing.T, statements []iampolicy.Statement) string {
	t.Helper()
	made, err := iampolicy.Text(statements...)
	require.NoError(t, err)
	return made
}

// TestPolicies keeps every policy in a file that a reviewer reads.
func TestPolicies(t *testing.T) {
	t.Parallel()
	dev, shared := devFacts(), sharedFacts()
	governing := dev
	governing.governs = true
	documents := map[string][]iampolicy.Statement{
		"boundary":                 dev.boundaryStatements(),
		"deploy.trust":             dev.deployTrust(),
		"deploy-identity.shared":   shared.identityRights(),
		"boundary.shared":          shared.boundaryStatements(),
		"deploy-audit.shared":      shared.chapterOf("audit", shared.auditRights()).statements,
		"readonly-read":            dev.readonlyStatements(),
		"readonly-read.management": governing.readonlyStatements(),
		"readonly.trust":           dev.readonlyTrust(),
		"readonly.trust.shared":    shared.readonlyTrust(),
		"break-glass.trust":        dev.breakGlassTrust(),
	}
	for _, c := range dev.deployChapters() {
		documents["deploy-"+c.name] = c.statements
	}
	for name, statements := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reviewed(t, name, text(t, statements))
		})
	}
}

// reviewed compares a policy with its file.
func reviewed(t *testing.T, name, policy string) {
	t.Helper()
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, []byte(policy), "", "  "))
	golden.Check(t, filepath.Join("testdata", "policies", name+".json"), pretty.String()+"\n")
}

// TestMadePolicies is the same for policies that depend on what is made beside them.
func TestMadePolicies(t *testing.T) {
	t.Parallel()
	pipelines, _ := signIn(t, ciArgs())
	alarm := access(t, false, accessArgs())
	job := run(t, false, narrow(narrowArgs()))
	args := podArgs()
	args.ClusterARN = pulumi.String(dev("eks", "cluster/apps"))
	pods := run(t, false, podRole(args))
	for name, policy := range map[string]string{
		"ci-dev.trust":               pipelines.input(t, "ci-role-deploy-dev", "assumeRolePolicy"),
		"ci-dev-assume":              pipelines.input(t, "ci-rights-deploy-dev", "policy"),
		"ci-dev-preview.trust":       pipelines.input(t, "ci-role-preview-dev", "assumeRolePolicy"),
		"ci-dev-preview-assume":      pipelines.input(t, "ci-rights-preview-dev", "policy"),
		"ci-prod.trust":              pipelines.input(t, "ci-role-deploy-prod", "assumeRolePolicy"),
		"break-glass-alarm.key":      alarm.input(t, "access-alarm-eu-west-1-key", "policy"),
		"break-glass-alarm.topic":    alarm.input(t, "access-alarm-eu-west-1-topic-policy", "policy"),
		"narrow-role.trust":          job.input(t, "job-role", "assumeRolePolicy"),
		"pod-role-irsa.trust":        irsaDocument(t, ServiceAccount{"dns", "external-dns"}),
		"pod-role-podidentity.trust": pods.input(t, "pods-role", "assumeRolePolicy"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reviewed(t, name, policy)
		})
	}
}

// TestPoliciesFit keeps the worst case within AWS's limits: the longest names, and as many operators as the stack file takes.
func TestPoliciesFit(t *testing.T) {
	t.Parallel()
	f := sharedFacts()
	f.scope.Organization, f.scope.Environment, f.scope.Region = "sixteen-letters1", "sixteen-letters2", "ap-southeast-4"
	f.organizationID = someOrganization
	f.sharedID = sharedID
	require.NoError(t, checkSplit(f.deployChapters()))
	require.NoError(t, checkSplit(f.readonlyChapters()))
	for _, document := range []func(facts) (string, error){boundaryText, deployTrustText, readonlyTrustText, breakGlassTrustText} {
		_, err := document(f)
		require.NoError(t, err)
	}
}

func TestSplitIsRefusedWithTheNumbers(t *testing.T) {
	t.Parallel()
	f := devFacts()
	chapters := f.deployChapters()
	chapters[0].statements = append(chapters[0].statements, chapters[1].statements...)
	chapters = append(chapters, chapter{name: "empty"})
	require.EqualError(t, checkSplit(chapters), "11 managed policies for one role, AWS takes 10: put subjects together\n"+
		"policy network: policy: 7669 characters, AWS takes 6144: split it\npolicy empty: policy: has no statement")
}
