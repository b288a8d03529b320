package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	poolToken  = "kubernetes:karpenter.sh/v1:NodePool"
	classToken = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
)

var waitForReady = map[string]any{"pulumi.com/waitFor": "condition=Ready"}

func nodeClass(spec map[string]any) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "general", "annotations": waitForReady}, "spec": spec}
}

// classSpec chooses the cluster's subnets and a group by tag.
func classSpec(over ...string) map[string]any {
	spec := map[string]any{
		"role": "node", "amiSelectorTerms": []any{map[string]any{"alias": "al2023@v20260801"}},
		"subnetSelectorTerms":        []any{map[string]any{"tags": map[string]any{"karpenter.sh/discovery": "main"}}},
		"securityGroupSelectorTerms": []any{map[string]any{"tags": map[string]any{"nodes": "main"}}},
	}
	for _, key := range over {
		delete(spec, key)
	}
	return spec
}

func nodePool(annotations map[string]any) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "general", "annotations": annotations}, "spec": map[string]any{
		"template": map[string]any{"spec": map[string]any{
			"nodeClassRef": map[string]any{"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "general"},
			"requirements": []any{map[string]any{"key": "karpenter.sh/capacity-type", "operator": "In", "values": []any{"spot", "on-demand"}}},
		}},
	}}
}

var karpenterRights = []string{
	"ec2:*", "iam:PassRole", "iam:*InstanceProfile", "ssm:GetParameter", "pricing:GetProducts", "eks:DescribeCluster",
}

// withKarpenter has nodes, Karpenter and the role of its nodes.
func (w *kubeWorld) withKarpenter(actions ...string) (definitions, release *Resource) {
	w.t.Helper()
	w.nodes("system", 2, criticalTaint)
	w.agent()
	w.make(roleToken, "node", map[string]any{"name": "node", "assumeRolePolicy": trust(
		`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`)})
	w.make("aws:ec2/securityGroup:SecurityGroup", "nodes", map[string]any{"vpcId": w.vpc, "tags": map[string]any{"nodes": "main", "kubernetes.io/cluster/main": "owned"}})
	w.podRole("karpenter", actions...)
	w.associate("kube-system", "karpenter", "karpenter")
	definitions = w.must(releaseToken, "definitions", karpenterDefinitions())
	return definitions, w.must(releaseToken, "karpenter", karpenterRelease())
}

func TestKarpenterLaunchesAndEndsNodes(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	definitions, release := w.withKarpenter(karpenterRights...)
	class := w.must(classToken, "general", nodeClass(classSpec()))
	require.Equal(t, []string{"InstanceProfile"}, w.orphans())
	pool := w.must(poolToken, "general", nodePool(waitForReady))
	require.Equal(t, []string{"Instance", "InstanceProfile", "NetworkInterface"}, w.orphans())
	instance := w.inventory.records[w.keyOfType(typeInstance)]
	require.Equal(t, "general", tagsOf(instance.Properties)["karpenter.sh/nodepool"])
	require.Equal(t, "owned", tagsOf(instance.Properties)["kubernetes.io/cluster/main"])
	require.Equal(t, []string{"spot"}, instance.Texts("instanceMarketOptions.marketType"))

	w.must(deploymentToken, "app", deployment("app", "default", map[string]any{
		"topologySpreadConstraints": []any{map[string]any{"topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}}}))
	require.NoError(t, w.take(pool))
	require.Equal(t, []string{"InstanceProfile"}, w.orphans())
	require.NoError(t, w.take(class))
	require.Empty(t, w.orphans())
	require.NoError(t, w.take(release))
	require.NoError(t, w.take(definitions))
	require.Nil(t, w.read("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "nodepools.karpenter.sh"))
}

// Karpenter goes before its pools: the machines go on running, and keep what they use.
func TestNodesAreOrphansOnceKarpenterIsGone(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	definitions, release := w.withKarpenter(karpenterRights...)
	class := w.must(classToken, "general", nodeClass(classSpec()))
	pool := w.must(poolToken, "general", nodePool(waitForReady))
	require.NoError(t, w.take(release))
	require.ErrorContains(t, w.take(pool), "NodePool general is still there: finalizers might be preventing deletion (foregroundDeletion)")
	require.ErrorContains(t, w.take(class), "EC2NodeClass general is still there: finalizers might be preventing deletion (karpenter.k8s.aws/termination)")
	require.ErrorContains(t, w.take(definitions), "uninstallation completed with 3 error(s): context deadline exceeded: ")
	require.Equal(t, []string{"Instance", "InstanceProfile", "NetworkInterface"}, w.orphans())
	w.uproot(w.cluster)
	w.uprootAll(typeNodeGroup)
	for _, token := range []string{"aws:ec2/securityGroup:SecurityGroup", typeSubnet} {
		refused := w.destroy(w.inventory.records[w.keyOfType(token)])
		if token == typeSubnet {
			refused = w.destroy(w.model.find(w.at, typeSubnet, w.subnets[0]))
		}
		require.NotNil(t, refused, token)
		require.Equal(t, "DependencyViolation", refused.Code)
	}
}

// Deleted in the background, a pool is gone before its nodes are: whoever ends Karpenter next leaves them behind.
func TestPoolsDeletedInTheBackground(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"karpenter next": false, "class next": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			_, release := w.withKarpenter(karpenterRights...)
			class := w.must(classToken, "general", nodeClass(classSpec()))
			pool := w.must(poolToken, "general", nodePool(map[string]any{"pulumi.com/deletionPropagationPolicy": "background"}))
			require.NoError(t, w.take(pool))
			if waits {
				require.NoError(t, w.take(class))
				require.Empty(t, w.orphans())
				return
			}
			require.NoError(t, w.take(release))
			require.Equal(t, []string{"Instance", "InstanceProfile", "NetworkInterface"}, w.orphans())
		})
	}
}

func TestNodePoolsNeedTheirClassAndRights(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rights  []string
		missing string
		class   string // what is said of the class; "" if it is ready
		pool    string
	}{
		"subnets":   {rights: karpenterRights, missing: "subnetSelectorTerms", class: "spec.subnetSelectorTerms: Required value"},
		"groups":    {rights: karpenterRights, missing: "securityGroupSelectorTerms", class: "spec.securityGroupSelectorTerms: Required value"},
		"images":    {rights: karpenterRights, missing: "amiSelectorTerms", class: "AMISelector did not match any AMIs"},
		"role":      {rights: karpenterRights, missing: "role", class: "must specify exactly one of ['role', 'instanceProfile']"},
		"cluster":   {rights: []string{"ec2:*", "iam:PassRole", "iam:*InstanceProfile"}, class: "eks:DescribeCluster"},
		"profiles":  {rights: []string{"eks:DescribeCluster", "ec2:*", "iam:PassRole"}, class: "iam:GetInstanceProfile"},
		"passing":   {rights: []string{"eks:DescribeCluster", "ec2:*", "iam:*InstanceProfile"}, class: "iam:PassRole"},
		"launching": {rights: []string{"eks:DescribeCluster", "ec2:Describe*", "ec2:CreateTags", "ec2:CreateLaunchTemplate", "iam:PassRole", "iam:*InstanceProfile"}, pool: "ec2:RunInstances"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			w.withKarpenter(test.rights...)
			_, err := w.put(classToken, "general", nodeClass(classSpec(test.missing)))
			if test.class != "" {
				require.ErrorContains(t, err, test.class)
			} else {
				require.NoError(t, err)
			}
			_, err = w.put(poolToken, "general", nodePool(waitForReady))
			if test.pool == "" {
				test.pool = `NodeClass "general" is not ready`
			}
			require.ErrorContains(t, err, test.pool)
		})
	}
}

// Terms that choose nothing make a class useless; a node whose role the cluster does not know never joins.
func TestNodesJoinWithAnAccessEntry(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withKarpenter(karpenterRights...)
	nowhere := classSpec()
	nowhere["subnetSelectorTerms"] = []any{map[string]any{"tags": map[string]any{"karpenter.sh/discovery": "other"}}}
	_, err := w.put(classToken, "general", nodeClass(nowhere))
	require.ErrorContains(t, err, "SubnetSelector did not match any Subnets")
	class := w.read(classToken, "general")
	class.Name = "general"
	_, err = w.again(class, nodeClass(classSpec()))
	require.NoError(t, err)
	group := w.inventory.records[w.keyOfType(typeNodeGroup)]
	group.Properties["nodeRoleArn"] = mapOf(map[string]any{"v": roleARN(managementID, "another")})["v"]
	w.must(poolToken, "general", nodePool(waitForReady))
	_, err = w.put(deploymentToken, "app", deployment("app", "default", nil))
	require.ErrorContains(t, err, "untolerated taint {CriticalAddonsOnly: true}")
	w.plant(typeAccessEntry, "main:node", map[string]any{"clusterName": "main", "principalArn": roleARN(managementID, "node"), "type": "EC2_LINUX"})
	require.NoError(t, w.take(w.read(poolToken, "general")))
	w.must(poolToken, "general", nodePool(waitForReady))
	w.must(deploymentToken, "joined", deployment("joined", "default", nil))
}

func TestNodePoolsAreOfVersionOne(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withKarpenter(karpenterRights...)
	pool := nodePool(nil)
	spec, ok := pool["spec"].(map[string]any)
	require.True(t, ok)
	spec["disruption"] = map[string]any{"expireAfter": "720h"}
	_, err := w.put(poolToken, "general", pool)
	require.ErrorContains(t, err, `NodePool.karpenter.sh "general" is invalid: .spec.disruption.expireAfter: field not declared in schema`)
}

// Karpenter gives up without the queue it is told of, and without rights on it.
func TestKarpenterWantsItsQueue(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, release := w.withKarpenter(append([]string{"sqs:GetQueueUrl", "sqs:DeleteMessage"}, karpenterRights...)...)
	listening := karpenterRelease()
	listening["values"] = map[string]any{"settings": map[string]any{"clusterName": "main", "interruptionQueue": "main-karpenter"}}
	_, err := w.again(release, listening)
	require.ErrorContains(t, err, "NonExistentQueue: The specified queue does not exist: main-karpenter")
	w.plant(typeQueue, "main-karpenter", map[string]any{"name": "main-karpenter"})
	_, err = w.again(release, listening)
	require.ErrorContains(t, err, "sqs:ReceiveMessage")
	listening["values"] = map[string]any{"settings": map[string]any{"clusterName": "other"}}
	_, err = w.again(release, listening)
	require.ErrorContains(t, err, `no cluster found for name: "other"; this one is "main"`)
}

// Of two groups with the cluster's tag on a node, the AWS Load Balancer Controller does not know which to open.
func TestNodesHaveOneGroupOfTheCluster(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withKarpenter(karpenterRights...)
	w.podRole("balancers", balancerRights...)
	w.associate("kube-system", controllerChart, "balancers")
	w.must(releaseToken, "balancers", w.loadBalancerRelease())
	w.make("aws:ec2/securityGroup:SecurityGroup", "second", map[string]any{"vpcId": w.vpc, "tags": map[string]any{
		"nodes": "main", "kubernetes.io/cluster/main": "owned"}})
	w.must(classToken, "general", nodeClass(classSpec()))
	w.must(poolToken, "general", nodePool(waitForReady))
	_, err := w.put(serviceToken, "front", front())
	require.ErrorContains(t, err, "expected exactly one securityGroup tagged with kubernetes.io/cluster/main for eni eni-")
}
