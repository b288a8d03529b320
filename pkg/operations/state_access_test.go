package operations_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/sim"
	"aws-platform/pkg/sim/authz"
)

// accessWorld is a state backend's policies: of dev, which reads shared, and of other, which reads nothing.
type accessWorld struct {
	t    *testing.T
	made map[string]sim.Registration
}

func newAccessWorld(t *testing.T) accessWorld {
	t.Helper()
	args := arguments()
	args.Stacks["other"] = stackIn("210000000004")
	return accessWorld{t, build(t, args, false)}
}

func (w accessWorld) policy(name, property string) authz.Policy {
	w.t.Helper()
	require.Contains(w.t, w.made, name)
	policy, err := authz.Parse(w.made[name].Inputs[resource.PropertyKey(property)].StringValue())
	require.NoError(w.t, err)
	return policy
}

func (w accessWorld) arn(name string) string { return w.made[name].Outputs["arn"].StringValue() }

// may says whether the role of a kind ("write", "read") of a stack may do an action; context are pairs of key and value
// over those of a request that is signed and encrypted.
func (w accessWorld) may(kind, stack, action, target string, context ...string) bool {
	w.t.Helper()
	role := w.arn("state-role-" + kind + "-" + stack)
	asked := authz.Request{
		Principal: authz.Principal{ARN: role + "/session", Source: role, Account: account}, Action: action, Resource: target,
		Context: map[string][]string{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}},
	}
	for i := 0; i+1 < len(context); i += 2 {
		asked.Context[context[i]] = []string{context[i+1]}
	}
	judged := authz.Policies{Identity: []authz.Policy{w.policy("state-access-"+kind+"-"+stack, "policy")}, ResourceAccount: account}
	for _, name := range []string{"state-key-state", "state-key-secrets"} {
		if target == w.arn(name) {
			policy := w.policy(name, "policy")
			judged.Resource, judged.Decisive = &policy, true
		}
	}
	if strings.HasPrefix(target, w.arn("state-bucket")) {
		policy := w.policy("state-bucket-policy", "policy")
		judged.Resource = &policy
	}
	return judged.Decide(asked).Allowed
}

// mayAsk says whether a role may make a request of the fixture, the use S3 makes of the bucket's key included.
func (w accessWorld) mayAsk(kind, stack, line string) bool {
	w.t.Helper()
	method, key, _ := strings.Cut(line, " ")
	object := w.arn("state-bucket") + "/" + key
	byS3 := []string{"kms:ViaService", "s3.eu-west-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn", w.arn("state-bucket")}
	get := func(object string) bool {
		return w.may(kind, stack, "s3:GetObject", object) && w.may(kind, stack, "kms:Decrypt", w.arn("state-key-state"), byS3...)
	}
	put := func(object string) bool {
		return w.may(kind, stack, "s3:PutObject", object) && w.may(kind, stack, "kms:GenerateDataKey", w.arn("state-key-state"), byS3...)
	}
	switch method {
	case "LIST":
		return w.may(kind, stack, "s3:ListBucket", w.arn("state-bucket"), "s3:prefix", key)
	case "HEAD":
		return w.may(kind, stack, "s3:GetObject", object)
	case "GET":
		return get(object)
	case "PUT":
		return put(object)
	case "DELETE":
		return w.may(kind, stack, "s3:DeleteObject", object)
	case "COPY":
		from, to, _ := strings.Cut(key, " -> ")
		return get(w.arn("state-bucket")+"/"+from) && put(w.arn("state-bucket")+"/"+to)
	case "Encrypt", "Decrypt":
		return w.may(kind, stack, "kms:"+method, w.arn("state-key-secrets"),
			"kms:EncryptionContext:project", "aws-platform", "kms:EncryptionContext:stack", key)
	}
	require.Fail(w.t, "the fixture has a request nobody knows", line)
	return false
}

// TestRolesAgainstTheRecordedRun holds the policies against all that the real Pulumi asks in the life of a stack.
func TestRolesAgainstTheRecordedRun(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(requestsFile)
	require.NoError(t, err)
	var runs []recorded
	require.NoError(t, yaml.Unmarshal(content, &runs))
	all, previewed := map[string]bool{}, map[string]bool{}
	for _, run := range runs {
		for _, line := range run.Requests {
			all[line] = true
			previewed[line] = previewed[line] || strings.HasPrefix(run.Run, "preview")
		}
	}
	require.Greater(t, len(all), 20)
	w := newAccessWorld(t)
	for _, line := range slices.Sorted(maps.Keys(all)) {
		// Listing and the layout tell names at most: docs/state.md.
		shared := strings.HasPrefix(line, "LIST ") || line == "GET .pulumi/meta.yaml"
		assert.True(t, w.mayAsk("write", "dev", line), "the stack's own role: %s", line)
		assert.Equal(t, shared || previewed[line], w.mayAsk("read", "dev", line), "its role that reads: %s", line)
		assert.Equal(t, shared, w.mayAsk("write", "other", line), "another stack's role: %s", line)
		assert.Equal(t, shared, w.mayAsk("read", "other", line), "another stack's role that reads: %s", line)
	}
}

// TestWhatStateRolesMayDo: beyond what Pulumi happens to ask.
func TestWhatStateRolesMayDo(t *testing.T) {
	t.Parallel()
	w := newAccessWorld(t)
	at := func(key string) string { return w.arn("state-bucket") + "/.pulumi/" + key }
	stateKey, secretsKey := w.arn("state-key-state"), w.arn("state-key-secrets")
	const own, lock, viaS3 = "stacks/aws-platform/dev", "locks/organization/aws-platform/dev/4c5e.json", "s3.eu-west-1.amazonaws.com"
	of := func(stack string) []string {
		return []string{"kms:EncryptionContext:project", "aws-platform", "kms:EncryptionContext:stack", stack}
	}
	for _, c := range []struct {
		why, action, target string
		context             []string
		read, write         bool
	}{
		{"the checkpoint", "s3:GetObject", at(own + ".json"), nil, true, true},
		{"or its compressed form", "s3:GetObject", at(own + ".json.zst"), nil, true, true},
		{"the checkpoint of a stack it reads", "s3:GetObject", at("stacks/aws-platform/shared.json"), nil, true, true},
		{"the secrets of a stack it reads", "kms:Decrypt", secretsKey, of("shared"), true, true},
		{"writes the checkpoint", "s3:PutObject", at(own + ".json"), nil, false, true},
		{"gives the lock back", "s3:DeleteObject", at(lock), nil, false, true},
		{"seals its own secrets", "kms:Encrypt", secretsKey, of("dev"), false, true},

		{"removes a checkpoint", "s3:DeleteObject", at(own + ".json"), nil, false, false},
		{"removes a version", "s3:DeleteObjectVersion", at(lock), nil, false, false},
		{"lays the bucket out", "s3:PutObject", at("meta.yaml"), nil, false, false},
		{"writes the state of a stack it reads", "s3:PutObject", at("stacks/aws-platform/shared.json"), nil, false, false},
		{"reads the history of a stack it reads", "s3:GetObject", at("history/aws-platform/shared/shared-1.checkpoint.json"), nil, false, false},
		{"reads a stack it does not read", "s3:GetObject", at("stacks/aws-platform/other.json"), nil, false, false},
		{"reads a stack whose name begins the same", "s3:GetObject", at("stacks/aws-platform/dev2.json"), nil, false, false},
		{"reads another project's stack of the same name", "s3:GetObject", at("stacks/else/dev.json"), nil, false, false},
		{"takes another's lock away", "s3:DeleteObject", at("locks/organization/aws-platform/dev2/1.json"), nil, false, false},
		{"writes over plain HTTP", "s3:PutObject", at(own + ".json"), []string{"aws:SecureTransport", "false"}, false, false},
		{"reads over old TLS", "s3:GetObject", at(own + ".json"), []string{"s3:TlsVersion", "1.1"}, false, false},
		{"writes under another kind of key", "s3:PutObject", at(own + ".json"), []string{"s3:x-amz-server-side-encryption", "AES256"}, false, false},
		{"changes the bucket's policy", "s3:PutBucketPolicy", w.arn("state-bucket"), nil, false, false},
		{"opens another stack's secrets", "kms:Decrypt", secretsKey, of("other"), false, false},
		{"seals secrets of a stack it reads", "kms:Encrypt", secretsKey, of("shared"), false, false},
		{"opens secrets of no stack", "kms:Decrypt", secretsKey, nil, false, false},
		{"opens state past S3", "kms:Decrypt", stateKey, nil, false, false},
		{"opens state through another service", "kms:Decrypt", stateKey, []string{"kms:ViaService", "sqs.eu-west-1.amazonaws.com"}, false, false},
		{"deletes the key", "kms:ScheduleKeyDeletion", secretsKey, []string{"kms:ViaService", viaS3}, false, false},
		{"becomes somebody else", "sts:AssumeRole", w.arn("state-role-write-other"), nil, false, false},
	} {
		assert.Equal(t, c.read, w.may("read", "dev", c.action, c.target, c.context...), "the role that reads: %s", c.why)
		assert.Equal(t, c.write, w.may("write", "dev", c.action, c.target, c.context...), "the role that writes: %s", c.why)
	}
}

// TestWhoMayTakeAStateRole evaluates the trust policies, for callers whose own policies let them take any role.
func TestWhoMayTakeAStateRole(t *testing.T) {
	t.Parallel()
	args := arguments()
	args.OrganizationID = pulumi.String("o-1")
	w := accessWorld{t, build(t, args, false)}
	anything, err := authz.Parse(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	require.NoError(t, err)
	scope := arguments().Scope
	takes := func(kind, owner, role, organization string) bool {
		trust, source := w.policy("state-role-"+kind+"-dev", "assumeRolePolicy"), scope.GlobalARN("iam", owner, "role/"+role)
		judged := authz.Policies{Identity: []authz.Policy{anything}, Resource: &trust, ResourceAccount: account, Decisive: true}
		return judged.Decide(authz.Request{
			Principal: authz.Principal{ARN: source + "/s", Source: source, Account: owner, Organization: organization},
			Action:    "sts:AssumeRole", Resource: w.arn("state-role-" + kind + "-dev"),
		}).Allowed
	}
	const devID, sharedID = "210000000003", "210000000002"
	for _, c := range []struct {
		why, account, role, organization string
		read, write                      bool
	}{
		{"the deploy role", devID, "acme-deploy", "o-1", true, true},
		{"the role of previews", devID, "acme-readonly", "o-1", true, false},
		{"another role of the account", devID, "eks-node", "o-1", false, false},
		{"a role whose name begins the same", devID, "acme-deploy-not", "o-1", false, false},
		{"a role of that name in a path", devID, "x/acme-deploy", "o-1", false, false},
		{"another stack's deploy role", sharedID, "acme-deploy", "o-1", false, false},
		{"the deploy role, gone from the organization", devID, "acme-deploy", "o-2", false, false},
		{"the deploy role of no organization", devID, "acme-deploy", "", false, false},
		{"a role of the same account as the backend", account, "acme-deploy", "o-1", false, false},
		{"another role there", account, "admin", "o-1", false, false},
		{"a stranger", "999999999999", "acme-deploy", "o-1", false, false},
	} {
		assert.Equal(t, c.read, takes("read", c.account, c.role, c.organization), "the role that reads: %s", c.why)
		assert.Equal(t, c.write, takes("write", c.account, c.role, c.organization), "the role that writes: %s", c.why)
	}
}

// TestAStackWithNothingButItsRole brings a stack up and down as its own role alone; others are refused.
func TestAStackWithNothingButItsRole(t *testing.T) {
	t.Parallel()
	w := newBackendWorld(t)
	own, err := w.cloud.EnvAs(w.roles["dev"])
	require.NoError(t, err)
	w.life(own)

	block := "10.16.0.0/16"
	reader, err := w.cloud.EnvAs(w.readers["dev"])
	require.NoError(t, err)
	previewing, err := w.tryStack("dev", "acme-state", reader, w.secrets["dev"], dev(&block))
	require.NoError(t, err)
	_, err = previewing.Preview(t.Context())
	require.NoError(t, err)
	_, err = previewing.Up(t.Context())
	require.ErrorContains(t, err, "is not authorized to perform: s3:PutObject")

	other, err := w.cloud.EnvAs(w.roles["shared"])
	require.NoError(t, err)
	_, err = w.tryStack("dev", "acme-state", other, w.secrets["dev"], dev(&block))
	require.Error(t, err)
	require.Contains(t, err.Error(), "403")
	_, err = w.cloud.EnvAs(strings.ReplaceAll(w.roles["dev"], "-dev", "-nope"))
	require.ErrorContains(t, err, "the simulated cloud has no role")
}
