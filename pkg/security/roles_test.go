package security

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/iampolicy"
	"aws-platform/pkg/sim/authz"
)

// narrowArgs is a role in the dev account for a job of shared's stack, so that the mocks' account serves.
func narrowArgs() NarrowRoleArgs {
	return NarrowRoleArgs{
		Scope: testScope("dev", devID), RoleName: NarrowRoleName("acme", "shared", "dns"), Description: "Writes one record",
		OrganizationID: pulumi.String(organization).ToStringOutput(),
		Trusted: []Principals{
			{AccountID: pulumi.String(sharedID), Roles: []string{"acme-deploy", "acme-ci-shared"}},
			{AccountID: pulumi.String(managementID).ToStringOutput(), Roles: []string{operators}},
		},
		Statements: []iampolicy.Statement{{
			Sid: "Delegate", Actions: []string{"route53:ChangeResourceRecordSets"},
			Resources: iampolicy.Strings(testScope("dev", devID).GlobalARN("route53", "", "hostedzone/Z1")),
		}},
	}
}

func narrow(args NarrowRoleArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := NewNarrowRole(ctx, "job", args)
		return err
	}
}

func TestNarrowRole(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{false, true} {
		made := run(t, preview, narrow(narrowArgs()))
		assert.Equal(t, []string{"job-policy", "job-role"}, made.names())
		assert.Equal(t, "acme-shared-dns", made.input(t, "job-role", "name"))
		assert.InDelta(t, 3600, made["job-role"].Inputs["maxSessionDuration"].NumberValue(), 0)
	}
	made := run(t, false, narrow(narrowArgs()))
	trust, err := authz.Parse(made.input(t, "job-role", "assumeRolePolicy"))
	require.NoError(t, err)
	askTrust(t, "acme-shared-dns", trust, []assumes{
		{"the other account's deploy role", session(sharedID, "acme-deploy"), nil, true},
		{"its pipeline", session(sharedID, "acme-ci-shared"), nil, true},
		{"an operator", session(managementID, operator), nil, true},

		{"another pipeline", session(sharedID, "acme-ci-dev"), nil, false},
		{"the deploy role of its own account", session(devID, "acme-deploy"), nil, false},
		{"an auditor", session(managementID, auditor), nil, false},
		{"the deploy role once its account has left", outside(session(sharedID, "acme-deploy"), ""), nil, false},
		{"an operator's name elsewhere", session(sharedID, operator), nil, false},
		{"a user", user(sharedID, "acme-deploy"), nil, false},
	})
	policy, err := authz.Parse(made.input(t, "job-policy", "policy"))
	require.NoError(t, err)
	allowed := authz.Policies{Identity: []authz.Policy{policy}}.Decide(authz.Request{
		Principal: session(devID, "acme-shared-dns"), Action: "route53:ChangeResourceRecordSets",
		Resource: testScope("dev", devID).GlobalARN("route53", "", "hostedzone/Z2"),
	})
	assert.False(t, allowed.Allowed, "another zone")
}

func TestNarrowRoleRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*NarrowRoleArgs)
		want   string
	}{
		"nobody":          {func(a *NarrowRoleArgs) { a.Trusted = nil }, "narrow role acme-shared-dns: trusts nobody: name roles"},
		"no organization": {func(a *NarrowRoleArgs) { a.OrganizationID = nil }, "has no organization"},
		"no account":      {func(a *NarrowRoleArgs) { a.Trusted[0].AccountID = nil }, "trusts roles of no account"},
		"everybody": {
			func(a *NarrowRoleArgs) { a.Trusted[0].Roles = []string{"*"} },
			`trusts "*": name the role, for whoever may make one could name it so`,
		},
		"a name too long": {func(a *NarrowRoleArgs) { a.RoleName = string(make([]byte, 65)) }, "a name of 65 characters: use 1 to 64"},
		"rights to give on": {
			func(a *NarrowRoleArgs) { a.Statements[0].Actions = []string{"sts:AssumeRole"} },
			"statement Delegate: sts:AssumeRole hands rights on",
		},
		"no rights": {func(a *NarrowRoleArgs) { a.Statements = nil }, "policy: has no statement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := narrowArgs()
			test.change(&args)
			_, err := try(t, devID, false, narrow(args))
			require.ErrorContains(t, err, test.want)
		})
	}
}

const clusterIssuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"

func podArgs() PodRoleArgs {
	return PodRoleArgs{
		Scope: testScope("dev", devID), Description: "external-dns",
		ServiceAccount: ServiceAccount{Namespace: "dns", Name: "external-dns"},
		Statements: []iampolicy.Statement{{
			Sid: "Zones", Actions: []string{"route53:ListHostedZones"}, Resources: iampolicy.Strings("*"),
		}},
	}
}

func podRole(args PodRoleArgs) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := NewPodRole(ctx, "pods", args)
		return err
	}
}

// irsaDocument is the trust of a role for the service account, as the component writes it.
func irsaDocument(t *testing.T, account ServiceAccount) string {
	t.Helper()
	statement, err := irsaTrust(devIAM("oidc-provider/"+clusterIssuer), account)
	require.NoError(t, err)
	return text(t, []iampolicy.Statement{statement})
}

func TestIRSA(t *testing.T) {
	t.Parallel()
	trust, err := authz.Parse(irsaDocument(t, ServiceAccount{"dns", "external-dns"}))
	require.NoError(t, err)
	token := func(issuer, subject, audience string) authz.Request {
		return authz.Request{
			Principal: authz.Principal{Federated: devIAM("oidc-provider/" + issuer)}, Action: "sts:AssumeRoleWithWebIdentity",
			Resource: devIAM("role/acme/pods"),
			Context:  map[string][]string{issuer + ":sub": {subject}, issuer + ":aud": {audience}},
		}
	}
	const ours = "system:serviceaccount:dns:external-dns"
	for _, test := range []struct {
		why     string
		request authz.Request
		allowed bool
	}{
		{"the service account", token(clusterIssuer, ours, stsAudience), true},
		{"another namespace", token(clusterIssuer, "system:serviceaccount:default:external-dns", stsAudience), false},
		{"another name", token(clusterIssuer, "system:serviceaccount:dns:other", stsAudience), false},
		{"a name that begins the same", token(clusterIssuer, ours+"2", stsAudience), false},
		{"another audience", token(clusterIssuer, ours, "kubernetes"), false},
		{"another cluster", token("oidc.eks.eu-west-1.amazonaws.com/id/F", ours, stsAudience), false},
	} {
		decision := authz.Policies{Resource: &trust, ResourceAccount: devID, Decisive: true}.Decide(test.request)
		assert.Equal(t, test.allowed, decision.Allowed, test.why)
	}
}

func TestPodIdentity(t *testing.T) {
	t.Parallel()
	cluster := dev("eks", "cluster/apps")
	args := podArgs()
	args.ClusterARN = pulumi.String(cluster).ToStringOutput()
	args.ManagedPolicies = map[string]pulumi.StringInput{"view": pulumi.String("arn:" + args.Scope.Partition + ":iam::aws:policy/ReadOnlyAccess")}
	made := run(t, false, podRole(args))
	assert.Equal(t, []string{"pods-policy-view", "pods-rights", "pods-role"}, made.names())
	assert.Equal(t, "/acme/", made.input(t, "pods-role", "path"))
	trust, err := authz.Parse(made.input(t, "pods-role", "assumeRolePolicy"))
	require.NoError(t, err)
	facts := map[string]string{
		"aws:SourceAccount": devID, "aws:SourceArn": cluster, "aws:RequestTag/kubernetes-namespace": "dns",
		"aws:RequestTag/kubernetes-service-account": "external-dns",
	}
	decide := func(key, value string) bool {
		context := map[string][]string{}
		for k, v := range facts {
			context[k] = []string{v}
		}
		context[key] = []string{value}
		return authz.Policies{Resource: &trust, ResourceAccount: devID, Decisive: true}.Decide(authz.Request{
			Principal: authz.Principal{Service: "pods.eks.amazonaws.com"}, Action: "sts:AssumeRole",
			Resource: devIAM("role/acme/pods"), Context: context,
		}).Allowed
	}
	assert.True(t, decide("aws:SourceAccount", devID))
	assert.False(t, decide("aws:SourceAccount", sharedID))
	assert.False(t, decide("aws:SourceArn", dev("eks", "cluster/other")))
	assert.False(t, decide("aws:RequestTag/kubernetes-namespace", "default"))
	assert.False(t, decide("aws:RequestTag/kubernetes-service-account", "default"))
}

// The issuer of a cluster in the making is not known; the role is planned all the same.
func TestIRSARoleOfAClusterInTheMaking(t *testing.T) {
	t.Parallel()
	args := podArgs()
	unknown, ok := pulumi.UnsafeUnknownOutput(nil).ApplyT(func(any) string { return "" }).(pulumi.StringOutput)
	require.True(t, ok)
	args.IssuerARN = unknown
	assert.Equal(t, []string{"pods-rights", "pods-role"}, run(t, true, podRole(args)).names())
}

func TestPodRoleRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*PodRoleArgs)
		want   string
	}{
		"neither way":          {func(*PodRoleArgs) {}, `pod role "pods": give one of IssuerARN and ClusterARN`},
		"both ways":            {func(a *PodRoleArgs) { a.IssuerARN, a.ClusterARN = pulumi.String("a"), pulumi.String("b") }, "give one of"},
		"any service account":  {func(a *PodRoleArgs) { a.ClusterARN, a.ServiceAccount.Name = pulumi.String("b"), "*" }, `"*" in namespace "dns" is not one service account`},
		"any namespace":        {func(a *PodRoleArgs) { a.ClusterARN, a.ServiceAccount.Namespace = pulumi.String("b"), "" }, "is not one service account"},
		"what is no provider":  {func(a *PodRoleArgs) { a.IssuerARN = pulumi.String("oidc.example") }, `"oidc.example" is not the ARN of an identity provider`},
		"a provider not there": {func(a *PodRoleArgs) { a.IssuerARN = pulumi.String(devIAM("oidc-provider/" + clusterIssuer)) }, `Invalid principal in policy: "FEDERATED"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := podArgs()
			test.change(&args)
			_, err := try(t, devID, false, podRole(args))
			require.ErrorContains(t, err, test.want)
		})
	}
}
