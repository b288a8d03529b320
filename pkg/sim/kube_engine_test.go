package sim

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// engineWorld is a program on the real engine: a role and its association made beside the cluster, the controller and a
// Service with a balancer in it.
type engineWorld struct {
	*kubeWorld
	stack   auto.Stack
	cloud   *Cloud
	version string
	skip    bool // the Service
}

func newEngineWorld(t *testing.T) *engineWorld {
	t.Helper()
	pulumiCLI(t)
	cloud := start(t, Options{Region: "eu-west-1"})
	require.NoError(t, cloud.CreateBucket("state"))
	planted := newKubeWorld(t)
	w := &engineWorld{cloud: cloud, version: "3.4.0"}
	w.kubeWorld = &kubeWorld{
		testModel: &testModel{model: cloud.model, t: t, at: cloud.home}, vpc: planted.vpc, subnets: planted.subnets, target: planted.target,
	}
	var records []*Resource
	for _, record := range planted.inventory.sorted() {
		if record.Type == typeVpc || record.Type == typeSubnet || record.Type == typeCluster {
			records = append(records, record)
		}
	}
	require.NoError(t, cloud.model.inventory.change(records, nil))
	w.cluster = planted.cluster
	w.nodes("system", 2)
	w.agent()
	w.podRole("balancers", balancerRights...)
	w.associate("kube-system", controllerChart, "balancers")
	w.stack = newStack(t, cloud, w.program)
	return w
}

func (w *engineWorld) program(ctx *pulumi.Context) error {
	provider := &pulumi.ProviderResourceState{}
	err := ctx.RegisterResource("pulumi:providers:kubernetes", "main", pulumi.Map{
		"kubeconfig": pulumi.ToSecret(pulumi.String(`{"current-context":"main","clusters":[{"name":"main","cluster":{"server":"` + worldServer +
			`"}}],"contexts":[{"name":"main","context":{"cluster":"main","user":"main"}}]}`)),
		"clusterIdentifier": pulumi.String("main"),
	}, provider)
	if err != nil {
		return err
	}
	inside := pulumi.Provider(provider)
	controller, err := register(ctx, releaseToken, "balancers", pulumi.Map{
		"name": pulumi.String(controllerChart), "namespace": pulumi.String("kube-system"), "chart": pulumi.String(controllerChart),
		"version": pulumi.String(w.version), "repositoryOpts": pulumi.Map{"repo": pulumi.String(eksCharts)}, "atomic": pulumi.Bool(true),
		"values": pulumi.Map{"clusterName": pulumi.String("main"), "region": pulumi.String("eu-west-1"), "vpcId": pulumi.String(w.vpc),
			"enableServiceMutatorWebhook": pulumi.Bool(false)},
	}, inside)
	if err != nil {
		return err
	}
	space, err := register(ctx, namespaceToken, "web", pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String("web")}}, inside)
	if err != nil || w.skip {
		return err
	}
	service, err := register(ctx, serviceToken, "front", pulumi.Map{
		"metadata": pulumi.Map{"namespace": pulumi.String("web")}, "spec": pulumi.Map{
			"type": pulumi.String("LoadBalancer"), "loadBalancerClass": pulumi.String(balancerClass), "ports": pulumi.Array{pulumi.Map{"port": pulumi.Int(443)}},
		},
	}, inside, pulumi.DependsOn([]pulumi.Resource{space, controller}))
	if err == nil {
		ctx.Export("status", service.out("status"))
	}
	return err
}

// The engine previews, makes, upgrades, refreshes and takes away what is in a cluster; nothing of it is left in AWS.
func TestEngineRunsACluster(t *testing.T) {
	t.Parallel()
	w := newEngineWorld(t)
	ctx := context.Background()
	preview, err := w.stack.Preview(ctx)
	require.NoError(t, err)
	require.Equal(t, 5, preview.ChangeSummary["create"])
	up, err := w.stack.Up(ctx, optup.SuppressProgress())
	require.Equal(t, map[string]int{"create": 5}, only(t, up, err))
	require.Equal(t, "LoadBalancer", w.orphans()[1])
	up, err = w.stack.Up(ctx, optup.SuppressProgress())
	require.Equal(t, map[string]int{"same": 5}, only(t, up, err))
	refresh, err := w.stack.Refresh(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"same": 5}, changes(refresh.Summary.ResourceChanges))
	w.version = "3.5.0"
	up, err = w.stack.Up(ctx, optup.SuppressProgress())
	require.Equal(t, map[string]int{"same": 4, "update": 1}, only(t, up, err))
	_, err = w.stack.Destroy(ctx)
	require.NoError(t, err)
	require.Empty(t, w.cloud.Orphans())
	for _, object := range w.cloud.Objects("main") {
		require.Equal(t, "CustomResourceDefinition", object["kind"], "all that Helm leaves are the definitions of the chart's folder")
	}
}

// A release that fails without atomic is kept by the engine with what is wrong, and mended by the next run.
func TestEngineKeepsWhatIsNotReady(t *testing.T) {
	t.Parallel()
	w := newEngineWorld(t)
	ctx := context.Background()
	w.skip = true
	group := w.inventory.records[w.keyOfType(typeNodeGroup)]
	w.uproot(group)
	_, err := w.stack.Up(ctx, optup.SuppressProgress())
	require.ErrorContains(t, err, "release aws-load-balancer-controller failed, and has been uninstalled due to atomic being set")
	w.nodes("system", 2)
	_, err = w.stack.Up(ctx, optup.SuppressProgress())
	require.NoError(t, err)

	w.skip = false
	lost := w.inventory.records[w.keyOfType(typeAssociation)]
	w.uproot(lost)
	_, err = w.stack.Up(ctx, optup.SuppressProgress())
	require.ErrorContains(t, err, "failed to fully initialize or become live: Service was not allocated an IP address")
	require.NoError(t, w.inventory.change([]*Resource{lost}, nil))
	up, err := w.stack.Up(ctx, optup.SuppressProgress())
	require.Equal(t, map[string]int{"same": 4, "update": 1}, only(t, up, err))
	_, err = w.stack.Destroy(ctx)
	require.NoError(t, err)
	require.Empty(t, w.cloud.Orphans())
}

// What is in a cluster is on disk with everything else.
func TestClustersArePersisted(t *testing.T) {
	t.Parallel()
	options := Options{Region: "eu-west-1", Dir: t.TempDir()}
	cloud, err := Start(options)
	require.NoError(t, err)
	w := newKubeWorld(t)
	w.namespace("app")
	records := w.inventory.sorted()
	require.NoError(t, cloud.model.inventory.change(records, nil))
	delete(cloud.model.inventory.records, w.cluster.key()) // of a type without a row
	require.NoError(t, cloud.model.inventory.change(nil, []*Resource{w.cluster}))
	require.NoError(t, cloud.Close())
	cloud = start(t, options)
	found := cloud.model.find(w.at, "", "main|app")
	require.NotNil(t, found)
	require.Equal(t, "cluster", found.row.Within)
}
