package main

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/engine"
)

// TestAPipelinePreviewsAndCannotUpdate is a pull request's pipeline at work: signed in to its preview role it looks at what
// would change, by roles that only read, in the accounts and in the state bucket. Whatever code it runs, it changes nothing.
func TestAPipelinePreviewsAndCannotUpdate(t *testing.T) {
	t.Parallel()
	w := foundations.world(t)
	ctx := context.Background()
	operator := w.engine(nil)
	w.run(operator, engine.Up, "dev")
	const bucket = "acme-aws-platform-state"
	kept := w.engine(func(o *engine.Options) { o.BackendURL = w.cloud.BackendURL(bucket) })
	for _, stack := range everything[:3] {
		state, err := operator.Export(ctx, stack.Name)
		require.NoError(t, err)
		require.NoError(t, kept.Import(ctx, stack.Name, state))
	}

	pipeline := func(program pulumi.RunFunc, env map[string]string) *engine.Engine {
		return w.engine(func(o *engine.Options) {
			env["PULUMI_CONFIG_PASSPHRASE"] = "simulated"
			o.BackendURL, o.Program, o.Env = w.cloud.BackendURL(bucket), program, env
		})
	}
	look := engine.RunOptions{ReadOnly: true}
	var e *engine.Engine
	for _, stack := range everything[:3] {
		require.NoError(t, w.cloud.SignIn(w.roleNamed("ci-role-preview-"+stack.Name)))
		reading, err := w.cloud.EnvAs(w.roleNamed("state-role-read-" + stack.Name))
		require.NoError(t, err)
		e = pipeline(readOnly(w.root), reading)
		results, err := e.Run(ctx, engine.Preview, one(stack.Name), look)
		require.NoError(t, err)
		require.Empty(t, steps(results[0]), "the roles that providers take are no change")
		require.Zero(t, results[0].Counts.Changes())
	}

	w.edit("dev", "      clusters: [apps]", "      clusters: [apps]\n      flowLogs: { retentionDays: 30 }")
	results, err := e.Run(ctx, engine.Preview, one("dev"), look)
	require.NoError(t, err)
	require.Equal(t, []string{"update main-flow-log-group"}, steps(results[0]))
	require.Equal(t, 1, results[0].Counts.Changes())
	w.edit("dev", "\n      flowLogs: { retentionDays: 30 }", "", "      layout: sequential\n      subnetPrefix: 22\n", "")
	results, err = e.Run(ctx, engine.Preview, one("dev"), look)
	require.NoError(t, err, "what is to be deleted is looked at too")
	require.NotZero(t, results[0].Counts[engine.OpDelete]+results[0].Counts[engine.OpReplace])

	before := w.inventory()
	_, err = e.Run(ctx, engine.Up, one("dev"), engine.RunOptions{})
	require.ErrorContains(t, err, "AccessDenied", "no lock is written, so no update begins")
	// Should it ever come by the right to write state, the accounts are shut all the same.
	_, err = pipeline(program(w.root), w.cloud.Env()).Run(ctx, engine.Up, one("dev"), engine.RunOptions{})
	require.ErrorContains(t, err, "cannot assume IAM Role (arn:aws:iam::210000000003:role/acme-deploy)")
	_, err = pipeline(readOnly(w.root), w.cloud.Env()).Run(ctx, engine.Up, one("dev"), engine.RunOptions{})
	require.ErrorContains(t, err, "roles that only read change nothing")
	require.Equal(t, before, w.inventory())
}

// roleNamed is the ARN of the role with a logical name.
func (w *world) roleNamed(name string) string {
	w.t.Helper()
	found := w.find(name)
	return found.Text("arn")
}
