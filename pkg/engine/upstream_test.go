//go:build unix

package engine

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// TestRealStackThatReadsAnother has dev read what shared publishes.
func TestRealStackThatReadsAnother(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := newProject(t, "shared", "dev")
	e := p.engine(func(ctx *pulumi.Context) error {
		if ctx.Stack() == "shared" {
			ctx.Export("hub", pulumi.String("tgw-1"))
			return nil
		}
		shared, err := pulumi.NewStackReference(ctx, "organization/tried/shared", nil)
		if err != nil {
			return err
		}
		ctx.Export("hub", shared.GetOutput(pulumi.String("hub")).ApplyT(func(hub any) (any, error) {
			if hub == nil {
				return nil, NotPublished("shared", "hub")
			}
			return hub, nil
		}))
		return nil
	}, nil)
	shared, dev := Stack{Name: "shared"}, Stack{Name: "dev", After: []string{"shared"}}

	// Alone it cannot come up, nor be previewed: the error says what is missing, in words of this platform.
	for _, op := range []Operation{Preview, Up} {
		_, err := e.Run(ctx, op, []Stack{dev}, RunOptions{})
		var missing *UpstreamMissing
		require.ErrorAs(t, err, &missing, "%s: %v", op, err)
		require.Equal(t, UpstreamMissing{Stack: "dev", Upstream: "shared"}, *missing)
	}
	// Previewed together with what it reads, it is left out: in an update shared would be there by then.
	results, err := e.Preview(ctx, shared, dev)
	require.NoError(t, err)
	require.Empty(t, results[0].Skipped)
	require.Regexp(t, `^stack shared (is not up yet|does not publish hub yet)`, results[1].Skipped, "whichever preview was first")
	require.NoError(t, results[1].Err)

	results, err = e.Up(ctx, shared, dev)
	require.NoError(t, err)
	require.Equal(t, "tgw-1", results[1].Outputs["hub"])
}
