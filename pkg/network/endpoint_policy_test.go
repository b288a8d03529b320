package network

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
	"aws-platform/tests/golden"
)

const ourOrganization, otherOrganization = "o-a1b2c3d4e5", "o-z9y8x7w6v5"

// passing is the policy of a service's endpoint, of an organization or of the account alone.
func passing(t *testing.T, service, organization string) string {
	t.Helper()
	p := perimeter{scope: testScope()}
	if organization != "" {
		p.organizationID = pulumi.String(organization)
	}
	text, err := iampolicy.Text(p.statements(service)...)
	require.NoError(t, err)
	require.NoError(t, iampolicy.EndpointPolicy.Holds(text))
	return text
}

// TestEndpointPolicies keeps each kind of endpoint policy in a file that a reviewer reads.
func TestEndpointPolicies(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"endpoint-dynamodb":     passing(t, "dynamodb", ourOrganization), // what most services have
		"endpoint-dynamodb-own": passing(t, "dynamodb", ""),
		"endpoint-ec2":          passing(t, "ec2", ourOrganization),
		"endpoint-ecr":          passing(t, "ecr.api", ourOrganization),
		"endpoint-s3":           passing(t, "s3", ourOrganization),
		"endpoint-ssm":          passing(t, "ssm", ourOrganization),
		"endpoint-sts":          passing(t, "sts", ourOrganization),
	} {
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, []byte(document), "", "  "))
		golden.Check(t, filepath.Join("testdata", "policies", name+".json"), pretty.String()+"\n")
	}
	require.Equal(t, passing(t, "ecr.api", ourOrganization), passing(t, "ecr.dkr", ourOrganization))
}

// TestWhatPassesEndpoints proves what the policies let through.
func TestWhatPassesEndpoints(t *testing.T) {
	t.Parallel()
	who := func(account, organization string) authz.Principal {
		role := "arn:" + "aws:iam::" + account + ":role/app"
		return authz.Principal{ARN: strings.Replace(role, ":iam:", ":sts:", 1) + "/s", Source: role, Account: account, Organization: organization}
	}
	ours, sister := who(testAccount, ourOrganization), who(hubAccount, ourOrganization)
	foreign, lonely := who("999999999999", otherOrganization), who("888888888888", "")
	nobody := authz.Principal{Federated: "anonymous"}
	aws := authz.Principal{Service: "cloudformation.amazonaws.com"}
	bucket := func(name string) string { return testScope().GlobalARN("s3", "", name+"/key") }
	mine, theirs := map[string][]string{"aws:ResourceOrgID": {ourOrganization}, "aws:ResourceAccount": {testAccount}},
		map[string][]string{"aws:ResourceOrgID": {otherOrganization}, "aws:ResourceAccount": {"999999999999"}}
	nobodys := map[string][]string{"aws:ResourceAccount": {"888888888888"}}
	amazon := map[string][]string{"ec2:Owner": {"amazon"}, "aws:ResourceAccount": {"137112412989"}}
	for name, c := range map[string]struct {
		service  string
		who      authz.Principal
		does, on string
		context  map[string][]string
		want     bool
	}{
		"own role, own bucket":                 {"s3", ours, "s3:PutObject", bucket("mine"), mine, true},
		"role of a sister account, own bucket": {"s3", sister, "s3:GetObject", bucket("mine"), mine, true},
		"own role, foreign bucket":             {"s3", ours, "s3:PutObject", bucket("theirs"), theirs, false},
		"own role, bucket of no organization":  {"s3", ours, "s3:PutObject", bucket("theirs"), nobodys, false},
		"foreign role, own bucket":             {"s3", foreign, "s3:GetObject", bucket("mine"), mine, false},
		"foreign role, foreign bucket":         {"s3", foreign, "s3:PutObject", bucket("theirs"), theirs, false},
		"role of no organization, own bucket":  {"s3", lonely, "s3:GetObject", bucket("mine"), mine, false},
		"unsigned, foreign bucket":             {"s3", nobody, "s3:PutObject", bucket("theirs"), theirs, false},
		"layers of images":                     {"s3", lonely, "s3:GetObject", bucket("prod-eu-west-1-starport-layer-bucket"), nobodys, true},
		"layers of another region":             {"s3", lonely, "s3:GetObject", bucket("prod-us-east-1-starport-layer-bucket"), nobodys, false},
		"writing layers":                       {"s3", ours, "s3:PutObject", bucket("prod-eu-west-1-starport-layer-bucket"), nobodys, false},
		"packages, unsigned":                   {"s3", nobody, "s3:GetObject", bucket("al2023-repos-eu-west-1-de612dc2"), nobodys, true},
		"patches, unsigned":                    {"s3", nobody, "s3:GetObject", bucket("patch-baseline-snapshot-eu-west-1"), nobodys, true},
		"a bucket called nearly so":            {"s3", ours, "s3:GetObject", bucket("patch-baseline-snapshot-eu-west-1-evil"), theirs, false},
		"a URL that a service signed":          {"s3", aws, "s3:PutObject", bucket("cloudformation-waitcondition-eu-west-1"), nobodys, true},
		"own table":                            {"dynamodb", ours, "dynamodb:PutItem", testScope().ARN("dynamodb", "table/a"), mine, true},
		"foreign table":                        {"dynamodb", ours, "dynamodb:PutItem", testScope().ARN("dynamodb", "table/a"), theirs, false},
		"own role of the organization":         {"sts", ours, "sts:AssumeRole", "*", mine, true},
		"role of another organization":         {"sts", ours, "sts:AssumeRole", "*", theirs, false},
		"own role by a token":                  {"sts", nobody, "sts:AssumeRoleWithWebIdentity", "*", mine, true},
		"foreign role by a token":              {"sts", nobody, "sts:AssumeRoleWithWebIdentity", "*", theirs, false},
		"own role without a token":             {"sts", foreign, "sts:AssumeRole", "*", mine, false},
		"add-on's image":                       {"ecr.api", ours, "ecr:BatchGetImage", "*", theirs, true},
		"add-on's image for others":            {"ecr.api", foreign, "ecr:BatchGetImage", "*", theirs, false},
		"image to a foreign registry":          {"ecr.dkr", ours, "ecr:PutImage", "*", theirs, false},
		"machine image of AWS":                 {"ec2", ours, "ec2:RunInstances", "*", amazon, true},
		"machine image of anybody":             {"ec2", ours, "ec2:RunInstances", "*", theirs, false},
		"machine image of AWS to be copied":    {"ec2", ours, "ec2:CopyImage", "*", amazon, false},
		"parameter of AWS":                     {"ssm", ours, "ssm:GetParameter", "arn:" + "aws:ssm:eu-west-1::parameter/aws/service/x", nil, true},
		"parameter of AWS for others":          {"ssm", foreign, "ssm:GetParameter", "arn:" + "aws:ssm:eu-west-1::parameter/aws/service/x", nil, false},
		"foreign parameter":                    {"ssm", ours, "ssm:GetParameter", testScope().ARN("ssm", "parameter/x"), theirs, false},
		"document of AWS":                      {"ssm", ours, "ssm:SendCommand", "arn:" + "aws:ssm:eu-west-1::document/AWS-RunPatchBaseline", nil, true},
		"log event of ours":                    {"logs", ours, "logs:PutLogEvents", "*", mine, true},
		"log event elsewhere":                  {"logs", ours, "logs:PutLogEvents", "*", theirs, false},
		"log event by others":                  {"logs", foreign, "logs:PutLogEvents", "*", theirs, false},
	} {
		policy, err := authz.Parse(passing(t, c.service, ourOrganization))
		require.NoError(t, err)
		got := authz.Policies{Resource: &policy}.Decide(authz.Request{Principal: c.who, Action: c.does, Resource: c.on, Context: c.context})
		require.Equal(t, c.want, got.Allowed, "%s: %s %s", name, got.Sid, got.Reason)
	}
}

// Without an organization the account is the perimeter: a sister account is as foreign as any.
func TestAccountIsThePerimeterWithoutOrganization(t *testing.T) {
	t.Parallel()
	m := makeVPC(t, fullVPC())
	policy, err := authz.Parse(m.input("main-gateway-endpoint-dynamodb", "policy"))
	require.NoError(t, err)
	for account, want := range map[string]bool{testAccount: true, hubAccount: false} {
		got := authz.Policies{Resource: &policy}.Decide(authz.Request{
			Principal: authz.Principal{ARN: "a", Source: "a", Account: testAccount}, Action: "dynamodb:PutItem", Resource: "*",
			Context: map[string][]string{"aws:ResourceAccount": {account}},
		})
		require.Equal(t, want, got.Allowed, account)
	}
}

// Every endpoint has the perimeter but those that the stack file opens and those that take no policy.
func TestEndpointsAreOpenOnlyWhereSaidSo(t *testing.T) {
	t.Parallel()
	cfg := with(func(cfg *config.VPC) {
		cfg.InterfaceEndpoints = []string{"sts", "sqs", "email-smtp"}
		cfg.EndpointPolicies = map[string]string{"sqs": config.FullAccess, "s3": config.FullAccess, "sts": config.Perimeter}
	})
	m := makeArgs(t, sim.MockOptions{}, VpcArgs{Scope: testScope(), Config: cfg, OrganizationID: pulumi.String(ourOrganization)})
	var open []string
	for _, name := range m.of("VpcEndpoint") {
		policy := m.get(name).Inputs["policy"]
		if !policy.IsString() {
			open = append(open, name)
		} else {
			require.Contains(t, policy.StringValue(), `"aws:PrincipalOrgID":["`+ourOrganization+`"]`)
		}
	}
	require.Equal(t, []string{"main-endpoint-email-smtp", "main-endpoint-sqs", "main-gateway-endpoint-s3"}, open)
}
