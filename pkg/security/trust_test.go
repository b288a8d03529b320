package security

import (
	"testing"

	"aws-platform/pkg/sim/authz"
)

// assumes are who takes a role, judged by the role's trust and by a caller whose own policies allow everything: what is
// refused is refused by the trust.
type assumes struct {
	why     string
	who     authz.Principal
	context map[string][]string
	allowed bool
}

// askTrust judges who may take a role of the dev account.
func askTrust(t *testing.T, role string, trust authz.Policy, cases []assumes) {
	t.Helper()
	everything := authz.Policy{Statement: []authz.Statement{{Effect: "Allow", Action: []string{"*"}, Resource: []string{"*"}}}}
	yes, no := 0, 0
	for _, c := range cases {
		decision := authz.Policies{
			Identity: []authz.Policy{everything}, Resource: &trust, ResourceAccount: devID, Decisive: true,
		}.Decide(authz.Request{Principal: c.who, Action: "sts:AssumeRole", Resource: devIAM("role/" + role), Context: c.context})
		if decision.Allowed != c.allowed {
			t.Errorf("%s: %s: allowed %v: %s", role, c.why, decision.Allowed, decision.Reason)
		}
		if c.allowed {
			yes++
		} else {
			no++
		}
	}
	if yes == 0 || no < 5 {
		t.Errorf("%s: %d may, %d may not: ask more", role, yes, no)
	}
}

const (
	operator = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_PlatformOperator_0123456789abcdef"
	auditor  = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Auditor_0123456789abcdef"
)

// outside is a principal of the same name in no organization, or another.
func outside(who authz.Principal, organization string) authz.Principal {
	who.Organization = organization
	return who
}

func TestDeployTrust(t *testing.T) {
	t.Parallel()
	askTrust(t, "acme-deploy", parsed(t, devFacts().deployTrust()), []assumes{
		{"an operator", session(managementID, operator), nil, true},
		{"the stack's pipeline", session(sharedID, "acme-ci-dev"), nil, true},

		{"an operator once the account has left", outside(session(managementID, operator), ""), nil, false},
		{"the name in another organization", outside(session(managementID, operator), "o-other"), nil, false},
		{"an operator's name in another account", session(sharedID, operator), nil, false},
		{"an auditor", session(managementID, auditor), nil, false},
		{"a role named like an operator's", session(managementID, "AWSReservedSSO_PlatformOperator_0"), nil, false},
		{"another stack's pipeline", session(sharedID, "acme-ci-prod"), nil, false},
		{"a pipeline whose name begins the same", session(sharedID, "acme-ci-dev2"), nil, false},
		{"the stack's preview", session(sharedID, "acme-ci-dev-preview"), nil, false},
		{"a pipeline's name in its own account", session(devID, "acme-ci-dev"), nil, false},
		{"a role of the account", session(devID, "acme/app"), nil, false},
		{"shared's deploy role", session(sharedID, "acme-deploy"), nil, false},
		{"a user of the management account", user(managementID, "operator"), nil, false},
		{"a service", authz.Principal{Service: "ec2.amazonaws.com"}, nil, false},
	})
}

func TestReadonlyTrust(t *testing.T) {
	t.Parallel()
	askTrust(t, "acme-readonly", parsed(t, devFacts().readonlyTrust()), []assumes{
		{"an operator", session(managementID, operator), nil, true},
		{"an auditor", session(managementID, auditor), nil, true},
		{"the stack's preview", session(sharedID, "acme-ci-dev-preview"), nil, true},

		{"the stack's deploying pipeline", session(sharedID, "acme-ci-dev"), nil, false},
		{"another stack's preview", session(sharedID, "acme-ci-prod-preview"), nil, false},
		{"an auditor in another organization", outside(session(managementID, auditor), "o-other"), nil, false},
		{"a role of the account", session(devID, "acme/app"), nil, false},
		{"an auditor's name in another account", session(sharedID, auditor), nil, false},
		{"the deploy role of shared", session(sharedID, "acme-deploy"), nil, false},
	})
	askTrust(t, "acme-readonly", parsed(t, sharedFacts().readonlyTrust()), []assumes{
		{"the preview of a stack that reads here", session(sharedID, "acme-ci-dev-preview"), nil, true},
		{"the preview of its own stack", session(sharedID, "acme-ci-shared-preview"), nil, true},
		{"of one that does not", session(sharedID, "acme-ci-prod-preview"), nil, false},
		{"a pipeline that deploys", session(sharedID, "acme-ci-shared"), nil, false},
		{"an auditor nobody named", session(managementID, auditor), nil, false},
		{"a role of dev", session(devID, "acme-ci-dev-preview"), nil, false},
		{"a service", authz.Principal{Service: "lambda.amazonaws.com"}, nil, false},
	})
}

func TestBreakGlassTrust(t *testing.T) {
	t.Parallel()
	factor := func(present, age string) map[string][]string {
		return map[string][]string{"aws:MultiFactorAuthPresent": {present}, "aws:MultiFactorAuthAge": {age}}
	}
	first := user(managementID, "break-glass/first")
	askTrust(t, "acme-break-glass", parsed(t, devFacts().breakGlassTrust()), []assumes{
		{"with a second factor just shown", first, factor("true", "60"), true},

		{"shown an hour ago", first, factor("true", "3600"), false},
		{"not shown", first, factor("false", "60"), false},
		{"with a key, which says nothing of it", first, nil, false},
		{"without an age", first, map[string][]string{"aws:MultiFactorAuthPresent": {"true"}}, false},
		{"another user", user(managementID, "break-glass/second"), factor("true", "60"), false},
		{"the user's name outside its path", user(managementID, "first"), factor("true", "60"), false},
		{"the user's name in another account", user(devID, "break-glass/first"), factor("true", "60"), false},
		{"an operator", session(managementID, operator), factor("true", "60"), false},
		{"the deploy role", session(devID, "acme-deploy"), factor("true", "60"), false},
		{"a user of another organization", outside(first, "o-other"), factor("true", "60"), false},
		{"a pipeline", session(sharedID, "acme-ci-dev"), factor("true", "60"), false},
	})
}
