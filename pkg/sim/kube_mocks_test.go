package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// inMocks registers a provider, a release, a namespace and a custom resource of a kind no chart in it defines.
func inMocks(kubeconfig pulumi.StringInput) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		provider := &pulumi.ProviderResourceState{}
		if err := ctx.RegisterResource("pulumi:providers:kubernetes", "main", pulumi.Map{"kubeconfig": kubeconfig}, provider); err != nil {
			return err
		}
		_, err := register(ctx, releaseToken, "keda", pulumi.Map{
			"name": pulumi.String("keda"), "namespace": pulumi.String("keda"), "chart": pulumi.String("keda"), "version": pulumi.String("2.20.2"),
			"repositoryOpts": pulumi.Map{"repo": pulumi.String("https://kedacore.github.io/charts")},
		}, pulumi.Provider(provider))
		if err != nil {
			return err
		}
		_, err = register(ctx, "kubernetes:karpenter.sh/v1:NodePool", "spot", pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String("spot")}}, pulumi.Provider(provider))
		return err
	}
}

// A program that is given its kubeconfig is taken at its word; charts are looked up all the same.
func TestMocksAnswerForClustersOfOthers(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{false, true} {
		mocks := NewMocks(MockOptions{Preview: preview})
		require.NoError(t, runMocked(mocks, inMocks(pulumi.String("a file of others"))))
		ids := map[string]string{}
		for _, made := range mocks.Registrations() {
			ids[made.Name] = made.ID
		}
		if !preview {
			require.Equal(t, "keda/keda", ids["keda"])
			require.Equal(t, "spot", ids["spot"])
		}
	}
	mocks := NewMocks(MockOptions{})
	err := runMocked(mocks, func(ctx *pulumi.Context) error {
		_, err := register(ctx, releaseToken, "keda", pulumi.Map{"chart": pulumi.String("keda"), "version": pulumi.String("0.0.1"),
			"repositoryOpts": pulumi.Map{"repo": pulumi.String("https://kedacore.github.io/charts")}})
		return err
	})
	require.ErrorContains(t, err, `chart "keda" version "0.0.1" not found`)
}

// A cluster that is in the simulation is asked.
func TestMocksAskClustersOfTheirOwn(t *testing.T) {
	t.Parallel()
	mocks := NewMocks(MockOptions{})
	w := newKubeWorld(t)
	require.NoError(t, mocks.model.inventory.change(w.inventory.sorted(), nil))
	err := runMocked(mocks, inMocks(pulumi.String(kubeconfigYAML)))
	require.Error(t, err)
	require.Regexp(t, `namespaces "keda" not found|no matches for kind "NodePool"`, err.Error())
}
