package main

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
)

// charter is what is asked about a role: what its policies, its boundary and the organization's policies let it do, and
// whom its trust lets in.
type charter struct {
	may, mayNot    []call
	takes, refuses []taker
}

// call is one request, and why it is asked about.
type call struct {
	why, action, on string
	with            conditions
}

// taker is somebody who wants to be the role.
type taker struct {
	why  string
	who  authz.Principal
	with conditions
}

// conditions are condition keys of a request.
type conditions = map[string][]string

// What is asked about every role, at least.
const (
	leastMay    = 3
	leastMayNot = 10
	leastTakes  = 1
	leastRefuse = 3
)

// TestRoles asks every role that any stack registers what it may do and what not, with all policies as composed.
func TestRoles(t *testing.T) {
	t.Parallel()
	made, err := composePlatform()
	require.NoError(t, err)
	table := charters(t)
	for stack, registered := range made.Stacks {
		for _, r := range registered {
			if r.Type != "aws:iam/role:Role" {
				continue
			}
			key := strings.Join([]string{stack, componentOf(r), r.Name}, " ")
			asked, known := table[key]
			assert.True(t, known, "%s: say in the table what this role may do and what not", key)
			delete(table, key)
			t.Run(key, func(t *testing.T) { asked.hold(t, made.Cloud, r.Outputs["arn"].StringValue()) })
		}
	}
	for key := range table {
		t.Errorf("%s: no stack makes this role any more", key)
	}
}

// hold checks every answer.
func (c charter) hold(t *testing.T, cloud *sim.Mocks, role string) {
	t.Helper()
	require.GreaterOrEqual(t, len(c.may), leastMay, "what it may do")
	require.GreaterOrEqual(t, len(c.mayNot), leastMayNot, "what it may not do")
	require.GreaterOrEqual(t, len(c.takes), leastTakes, "who takes it")
	require.GreaterOrEqual(t, len(c.refuses), leastRefuse, "who does not")
	for want, calls := range map[bool][]call{true: c.may, false: c.mayNot} {
		for _, one := range calls {
			decided, err := cloud.May(role, one.action, one.on, one.with)
			require.NoError(t, err)
			assert.Equal(t, want, decided.Allowed, "%s: %s on %s: %s", one.why, one.action, one.on, decided.Reason)
		}
	}
	for want, takers := range map[bool][]taker{true: c.takes, false: c.refuses} {
		for _, one := range takers {
			action := "sts:AssumeRole"
			if one.who.Federated != "" {
				action = "sts:AssumeRoleWithWebIdentity"
			}
			decided, err := cloud.Admits(role, action, one.who, one.with)
			require.NoError(t, err)
			assert.Equal(t, want, decided.Allowed, "taken by %s: %s", one.why, decided.Reason)
		}
	}
}

// site is a stack's account in the table.
type site struct {
	t           *testing.T
	stack, id   string
	environment string
	kind        config.Kind
}

// sites are all stacks' accounts, by stack.
func sites(t *testing.T) map[string]site {
	t.Helper()
	stacks, err := config.LoadAll(".", today)
	require.NoError(t, err)
	all := map[string]site{}
	for name, cfg := range stacks {
		all[name] = site{t, name, cfg.Account.ID, cfg.Environment, cfg.Kind}
	}
	return all
}

// arn is the ARN of something regional in the account, in the region of the stacks.
func (s site) arn(service, resource string) string { return arn(service, "eu-west-1", s.id, resource) }

// iam is the ARN of an identity of the account.
func (s site) iam(resource string) string { return arn("iam", "", s.id, resource) }

// role is the ARN of a role of the account.
func (s site) role(name string) string { return s.iam("role/" + name) }

// made is what a stack registered under a name; some names are there once for each type of component.
func (s site) made(component, name string) sim.Registration {
	s.t.Helper()
	for _, r := range composed(s.t, s.stack) {
		if r.Custom && r.Name == name && componentOf(r) == component {
			return r
		}
	}
	s.t.Fatalf("stack %s has no %s of a %s", s.stack, name, component)
	return sim.Registration{}
}

// output is the ARN, or another output, of what a stack registered.
func (s site) output(component, name string, output resource.PropertyKey) string {
	s.t.Helper()
	return s.made(component, name).Outputs[output].StringValue()
}

func arn(service, region, account, resource string) string {
	return strings.Join([]string{"arn", "aws", service, region, account, resource}, ":")
}

const ourOrganization = "o-simulation"

// session is somebody who acts as a role of the account.
func (s site) session(role string) authz.Principal {
	name := role[strings.LastIndex(role, "/")+1:]
	return authz.Principal{
		ARN: arn("sts", "", s.id, "assumed-role/"+name+"/x"), Source: s.role(role), Account: s.id, Organization: ourOrganization,
	}
}

// user is a user of the account.
func (s site) user(name string) authz.Principal {
	return authz.Principal{ARN: s.iam("user/" + name), Source: s.iam("user/" + name), Account: s.id, Organization: ourOrganization}
}

// outside is the same principal once its account has left the organization.
func outside(who authz.Principal) authz.Principal {
	who.Organization = ""
	return who
}

// service is a service of AWS's that asks on its own behalf.
func service(name string) authz.Principal { return authz.Principal{Service: name} }

// when are condition keys with one value each.
func when(pairs ...string) conditions {
	with := conditions{}
	for i := 0; i+1 < len(pairs); i += 2 {
		with[pairs[i]] = append(with[pairs[i]], pairs[i+1])
	}
	return with
}

// Roles that Identity Center makes in the management account.
const (
	operatorSession = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_PlatformOperator_0123456789abcdef"
	auditorSession  = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Developer_0123456789abcdef"
)

// charters are the table: a row for every role of every stack.
func charters(t *testing.T) map[string]charter {
	t.Helper()
	all, table := sites(t), map[string]charter{}
	for _, s := range all {
		other := all["prod"]
		if s.stack == other.stack {
			other = all["dev"]
		}
		access := "management AccountAccess access-" + s.stack + "-"
		table[access+"readonly"] = readonlyCharter(s, other, all)
		table[access+"break-glass"] = breakGlassCharter(s, other, all)
		state := "management StateBackend state-role-"
		table[state+"read-"+s.stack] = stateReadCharter(s, other, all)
		table[state+"write-"+s.stack] = stateWriteCharter(s, other, all)
		table["shared ContinuousIntegration ci-role-preview-"+s.stack] = previewCharter(s, other, all)
		if s.kind == config.Management {
			continue
		}
		table[access+"deploy"] = deployCharter(s, other, all)
		table["shared ContinuousIntegration ci-role-deploy-"+s.stack] = pipelineCharter(s, other, all)
		if s.kind == config.Workload {
			table["shared NarrowRole "+s.stack+"-network-role"] = networkCharter(s, other, all)
			table["shared NarrowRole "+s.stack+"-dns-role"] = dnsCharter(s, other, all)
		}
	}
	table["management NarrowRole recorder-role"] = recorderCharter(all)
	table["shared Detection detection-aggregator-role"] = aggregatorCharter(all)
	table["shared Trail trail-log-role"] = trailLogCharter(all)
	for _, logs := range []struct{ stack, component, name, group string }{
		{"shared", "Vpc", "hub", "/aws/vpc/flow-logs/acme-shared-hub"},
		{"shared", "TransitGateway", "hub", "/aws/transit-gateway/flow-logs/acme-shared-hub"},
		{"dev", "Vpc", "main", "/aws/vpc/flow-logs/acme-dev-main"},
		{"staging", "Vpc", "main", "/aws/vpc/flow-logs/acme-staging-main"},
	} {
		table[logs.stack+" "+logs.component+" "+logs.name+"-flow-log-role"] = flowLogCharter(all[logs.stack], all, logs.group)
	}
	return table
}
