package cli

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/config"
)

// keyed makes a key and its alias in the first stack, which publishes the key; the others read that.
func keyed(ctx *pulumi.Context) (pulumi.Map, error) {
	var own struct{ pulumi.ProviderResourceState }
	if err := ctx.RegisterResource("pulumi:providers:aws", "own", pulumi.Map{"region": pulumi.String("eu-west-1")}, &own); err != nil {
		return nil, err
	}
	if ctx.Stack() != "management" {
		earlier, err := pulumi.NewStackReference(ctx, "organization/aws-platform/management", nil)
		if err != nil {
			return nil, err
		}
		return pulumi.Map{"read": earlier.GetStringOutput(pulumi.String("key"))}, nil
	}
	var key, alias pulumi.CustomResourceState
	inputs := pulumi.Map{"description": pulumi.ToSecret(pulumi.String("hidden"))}
	if err := ctx.RegisterResource("aws:kms/key:Key", "data", inputs, &key, pulumi.Provider(&own), pulumi.Protect(true)); err != nil {
		return nil, err
	}
	inputs = pulumi.Map{"name": pulumi.String("alias/data"), "targetKeyId": key.ID()}
	return pulumi.Map{"key": key.ID()}, ctx.RegisterResource("aws:kms/alias:Alias", "data", inputs, &alias, pulumi.Provider(&own))
}

func projectStacks(t *testing.T) map[string]*config.Stack {
	t.Helper()
	stacks, err := config.LoadAll(project, today)
	require.NoError(t, err)
	return stacks
}

func TestComposition(t *testing.T) {
	t.Parallel()
	made, err := Compose(projectStacks(t), keyed)
	require.NoError(t, err)
	seen := made.Guarded()
	require.Len(t, seen, 3)
	management := seen[0]
	require.Equal(t, []any{"management", "210000000001", "eu-west-1", true}, []any{management.Name, management.Account, management.Region, management.Production})
	require.Equal(t, "dev", seen[1].Name)
	require.False(t, seen[1].Production)

	require.Len(t, management.Resources, 3, "the root is no resource, the provider is one")
	alias, key := management.Resources[0], management.Resources[1]
	require.Equal(t, "aws:kms/alias:Alias", alias.Type)
	require.Equal(t, map[string][]string{"targetKeyId": {key.URN}}, alias.Sources)
	require.Equal(t, key.ID, alias.Inputs["targetKeyId"])
	require.True(t, key.Protect)
	require.True(t, key.Custom)
	require.Equal(t, []string{"description"}, key.Secrets)
	require.Contains(t, key.Provider, "pulumi:providers:aws::own")
	require.NotEmpty(t, key.Outputs["arn"])
	require.Len(t, seen[1].Resources, 1, "what is only read is not the stack's own")
}

func TestCompositionTellsWhichStackFails(t *testing.T) {
	t.Parallel()
	_, err := Compose(projectStacks(t), func(*pulumi.Context) (pulumi.Map, error) { return nil, errors.New("no such zone") })
	require.ErrorContains(t, err, "stack management: ")
	require.ErrorContains(t, err, "no such zone")
}
