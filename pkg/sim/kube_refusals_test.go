package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim/kube"
)

func TestCustomResourcesAreWellFormed(t *testing.T) {
	t.Parallel()
	reference := func(group string) map[string]any {
		return map[string]any{"template": map[string]any{"spec": map[string]any{"nodeClassRef": map[string]any{"name": "a", "group": group}}}}
	}
	terms := []any{map[string]any{"id": "x"}}
	for want, object := range map[string]kube.Object{
		"spec.template.spec.nodeClassRef.name: Required value":          {"apiVersion": "karpenter.sh/v1", "kind": "NodePool"},
		"spec.template.spec.nodeClassRef.group: Required value":         {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "spec": reference("")},
		"spec.template.spec.requirements: Required value":               {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "spec": reference("karpenter.k8s.aws")},
		"spec.subnetSelectorTerms: Required value":                      {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass"},
		"spec.securityGroupSelectorTerms: Required value":               {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "spec": map[string]any{"subnetSelectorTerms": terms}},
		"spec: must specify exactly one of ['role', 'instanceProfile']": {"apiVersion": "karpenter.k8s.aws/v1", "kind": "EC2NodeClass", "spec": map[string]any{"subnetSelectorTerms": terms, "securityGroupSelectorTerms": terms, "role": "a", "instanceProfile": "b"}},
		"spec.secretName: Required value":                               {"apiVersion": "cert-manager.io/v1", "kind": "Certificate"},
		"spec.provider: Required value":                                 {"apiVersion": "external-secrets.io/v1", "kind": "ClusterSecretStore"},
		"spec.triggers: Required value":                                 {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject"},
		"":                                                              {"apiVersion": "v1", "kind": "ConfigMap"},
	} {
		require.Equal(t, want, customFault(object))
	}
}

func TestIssuersHaveSomethingToIssueBy(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withCertManager()
	for want, spec := range map[string]map[string]any{
		"no issuer type is configured":                                     {},
		"Failed to register ACME account: no server is given":              {"acme": map[string]any{}},
		"no solver is configured":                                          {"acme": map[string]any{"server": "https://acme"}},
		`Error getting keypair for CA issuer: secrets "missing" not found`: {"ca": map[string]any{"secretName": "missing"}},
	} {
		_, err := w.put(issuerToken, "x", map[string]any{"metadata": map[string]any{"annotations": waitForReady}, "spec": spec})
		require.ErrorContains(t, err, want)
		require.NoError(t, w.take(w.onlyOf(issuerToken)))
	}
	_, err := w.put(certificateToken, "web", certificate("dev.example.com"))
	require.ErrorContains(t, err, `Referenced "ClusterIssuer" not found`)
	w.must(issuerToken, "letsencrypt", map[string]any{"metadata": map[string]any{"name": "letsencrypt"}, "spec": map[string]any{}})
	_, err = w.again(&Resource{Type: certificateToken, Name: "web", ID: "default/web"}, certificate("dev.example.com"))
	require.ErrorContains(t, err, "Referenced issuer is not ready: no issuer type is configured")
}

// onlyOf is the only object of a type.
func (w *kubeWorld) onlyOf(token string) *Resource {
	w.t.Helper()
	for _, record := range w.inventory.sorted() {
		if record.Type == token {
			return w.read(token, kube.Object(record.Properties["object"].ObjectValue().Mappable()).ID())
		}
	}
	w.t.Fatalf("there is no %s", token)
	return nil
}

// A controller that may make what it may not take away leaves it.
func TestControllersNeedRightsToTakeAway(t *testing.T) {
	t.Parallel()
	lacking := func(without string) []any {
		return []any{map[string]any{"name": "rights", "policy": trust(`[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"` + without + `","Resource":"*"}]`)}}
	}
	for action, test := range map[string]struct {
		role string
		left []string
	}{
		"elasticloadbalancing:DeleteLoadBalancer": {"balancers", everyPart},
		"elasticloadbalancing:DeleteTargetGroup":  {"balancers", []string{"NetworkInterface", "NetworkInterface", "SecurityGroup", "TargetGroup", "TargetGroup"}},
		"ec2:DeleteSecurityGroup":                 {"balancers", []string{"NetworkInterface", "NetworkInterface", "SecurityGroup", "TargetGroup", "TargetGroup"}},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			w.withBalancers()
			service := w.must(serviceToken, "front", front())
			role := w.model.find(w.at, kindRole, test.role)
			role.Properties["inlinePolicies"] = resource.NewPropertyValue(lacking(action))
			require.ErrorContains(t, w.take(service), "finalizers might be preventing deletion")
			require.Equal(t, test.left, w.orphans())
		})
	}
	for action, left := range map[string][]string{
		"ec2:TerminateInstances":            {"Instance", "InstanceProfile", "NetworkInterface"},
		"iam:DeleteInstanceProfile":         {"InstanceProfile"},
		"iam:RemoveRoleFromInstanceProfile": {"InstanceProfile"},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			w.withKarpenter(karpenterRights...)
			class := w.must(classToken, "general", nodeClass(classSpec()))
			pool := w.must(poolToken, "general", nodePool(waitForReady))
			w.model.find(w.at, kindRole, "karpenter").Properties["inlinePolicies"] = resource.NewPropertyValue(lacking(action))
			first, second := w.take(pool), w.take(class)
			if action == "ec2:TerminateInstances" {
				require.Error(t, first)
			}
			require.Error(t, second)
			require.Equal(t, left, w.orphans())
		})
	}
}

func TestKarpenterIsOfAKubernetesItKnows(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.withKarpenter(karpenterRights...)
	w.cluster.Properties["version"] = resource.NewProperty("1.37")
	_, err := w.put(classToken, "general", nodeClass(classSpec()))
	require.ErrorContains(t, err, "no controller has said anything of it")
	_, err = w.again(w.read(releaseToken, "kube-system/karpenter"), karpenterRelease())
	require.ErrorContains(t, err, "karpenter is not compatible with Kubernetes 1.37")
}

// Whoever may only look at a cluster installs nothing; what is not there is not changed.
func TestHelmAsksForRights(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	deploy := roleARN(managementID, "deploy")
	w.make(roleToken, "deploy", map[string]any{"name": "deploy", "assumeRolePolicy": trust(`{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`)})
	w.plant(typeAccessEntry, "main:deploy", map[string]any{"clusterName": "main", "principalArn": deploy, "type": "STANDARD"})
	w.target.Role = deploy
	own := chart("own", "default", "https://charts.example.com", "1.0.0", nil)
	_, err := w.put(releaseToken, "own", own)
	require.ErrorContains(t, err, "secrets is forbidden: User")
	w.target.Role = ""
	_, err = w.again(&Resource{Type: releaseToken, Name: "own", ID: "default/own"}, own)
	require.EqualError(t, err, `"own" has no deployed releases`)
	_, err = w.again(&Resource{Type: configToken, Name: "c", ID: "default/c"}, map[string]any{"metadata": map[string]any{"name": "c"}})
	require.ErrorContains(t, err, `configmaps "default/c" not found`)
}

// Not waited for, a release is gone at once; what nobody lets go of stays behind without it.
func TestReleasesNotWaitedFor(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, gateway := w.withMesh()
	inputs := meshGateway()
	inputs["skipAwait"] = true
	impatient, err := w.again(gateway, inputs)
	require.NoError(t, err)
	require.NoError(t, w.take(w.read(releaseToken, "kube-system/aws-load-balancer-controller")))
	require.NoError(t, w.take(impatient))
	require.Nil(t, w.read(releaseToken, "istio-ingress/istio-ingressgateway"))
	require.Contains(t, w.orphans(), "LoadBalancer")
	require.NotNil(t, w.read(serviceToken, "istio-ingress/istio-ingressgateway"))
}

func TestAReleaseThatLeavesSomethingIsNotGone(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, gateway := w.withMesh()
	require.NoError(t, w.take(w.read(releaseToken, "kube-system/aws-load-balancer-controller")))
	require.EqualError(t, w.take(gateway), "uninstallation completed with 1 error(s): context deadline exceeded: Service "+
		"istio-ingress/istio-ingressgateway: finalizers might be preventing deletion (service.k8s.aws/resources)")
	require.NotNil(t, w.read(releaseToken, "istio-ingress/istio-ingressgateway"))
}

func TestConditionsThatAreWaitedFor(t *testing.T) {
	t.Parallel()
	object := kube.Object{"status": map[string]any{"phase": "Bound", "conditions": []any{
		map[string]any{"type": "Ready", "status": "False", "message": "not yet"}}}}
	require.Equal(t, "not yet", unmet(object, "condition=Ready"))
	require.Empty(t, unmet(object, "condition=ready=False"))
	require.Empty(t, unmet(object, "jsonpath={.status.phase}=Bound"))
	require.Empty(t, unmet(object, "jsonpath={.status.phase}"))
	require.Equal(t, "is Bound", unmet(object, "jsonpath={.status.phase}=Lost"))
	require.NotEmpty(t, unmet(object, "condition=Synced"))
	require.Equal(t, []string{"condition=Ready", "condition=Synced"}, waitsFor(`["condition=Ready", "condition=Synced"]`))
	require.Empty(t, waitsFor(""))
}
