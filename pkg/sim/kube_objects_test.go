package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const (
	deploymentToken = "kubernetes:apps/v1:Deployment"
	configToken     = "kubernetes:core/v1:ConfigMap"
)

func deployment(name, namespace string, pod map[string]any) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"name": name, "namespace": namespace},
		"spec":     map[string]any{"replicas": 2.0, "template": map[string]any{"spec": pod}},
	}
}

func TestObjectsAreRefused(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.namespace("app")
	w.must(configToken, "there", map[string]any{"metadata": map[string]any{"name": "there", "namespace": "app"}})
	for name, test := range map[string]struct {
		token  string
		inputs map[string]any
		want   string
	}{
		"kind": {
			"kubernetes:karpenter.sh/v1:NodePool", map[string]any{"metadata": map[string]any{"name": "spot"}},
			`creation of resource "urn:pulumi:dev::platform::aws:x:Y::kind" failed because the Kubernetes API server reported that the apiVersion ` +
				`for this resource does not exist. Verify that any required CRDs have been created: no matches for kind "NodePool" in version "karpenter.sh/v1"`,
		},
		"namespace": {
			configToken, map[string]any{"metadata": map[string]any{"name": "c", "namespace": "missing"}},
			`resource "urn:pulumi:dev::platform::aws:x:Y::namespace" was not successfully created by the Kubernetes API server: namespaces "missing" not found`,
		},
		"twice": {
			configToken, map[string]any{"metadata": map[string]any{"name": "there", "namespace": "app"}},
			`resource "urn:pulumi:dev::platform::aws:x:Y::twice" was not successfully created by the Kubernetes API server: configmaps "there" already exists`,
		},
		"standing": {
			"kubernetes:storage.k8s.io/v1:StorageClass", map[string]any{"metadata": map[string]any{"name": "gp2"}},
			`resource "urn:pulumi:dev::platform::aws:x:Y::standing" was not successfully created by the Kubernetes API server: storageclasses.storage.k8s.io "gp2" already exists`,
		},
		"patch": {
			"kubernetes:core/v1:NamespacePatch", map[string]any{"metadata": map[string]any{"name": "missing"}},
			`resource "urn:pulumi:dev::platform::aws:x:Y::patch" was not successfully created by the Kubernetes API server: namespaces "missing" not found`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := w.put(test.token, name, test.inputs)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestObjectsAreUpsertedIfAsked(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.target.Upsert = true
	w.must("kubernetes:storage.k8s.io/v1:StorageClass", "gp2", map[string]any{"metadata": map[string]any{"name": "gp2"}})
}

func TestObjectsAreNamed(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	made := w.must(configToken, "settings", map[string]any{"data": map[string]any{"a": "b"}})
	require.Regexp(t, "^default/settings-[0-9a-f]{8}$", made.ID)
	require.NotEmpty(t, made.Properties["metadata"].ObjectValue()["uid"])
	checked, _, err := w.model.check(w.asked(configToken, "settings", nil), made.Properties)
	require.NoError(t, err)
	require.Equal(t, made.ID, kubeID(checked), "it keeps its name")
	_, faults, err := w.model.check(w.asked(configToken, "x", map[string]any{"metadata": map[string]any{"name": "Not_A_Name"}}), nil)
	require.NoError(t, err)
	require.Len(t, faults, 1)
}

func TestPatchesLeaveWhatTheyPatch(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	patch := w.must("kubernetes:core/v1:NamespacePatch", "system", map[string]any{
		"metadata": map[string]any{"name": "kube-system", "labels": map[string]any{"watched": "yes"}}})
	require.NoError(t, w.take(patch))
	require.Nil(t, w.read("kubernetes:core/v1:NamespacePatch", "kube-system"))
	require.NotNil(t, w.read(namespaceToken, "kube-system"))
}

func TestImmutablePropertiesReplace(t *testing.T) {
	t.Parallel()
	named := map[string]any{"name": "x", "namespace": "default"}
	for name, test := range map[string]struct {
		token         string
		before, after map[string]any
		replace       []string
		first         bool
	}{
		"selector": {deploymentToken, map[string]any{"spec": map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"a": "b"}}}},
			map[string]any{"spec": map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"a": "c"}}}}, []string{"spec"}, true},
		"replicas":   {deploymentToken, map[string]any{"spec": map[string]any{"replicas": 1.0}}, map[string]any{"spec": map[string]any{"replicas": 2.0}}, nil, false},
		"data":       {configToken, map[string]any{"data": map[string]any{"a": "b"}}, map[string]any{"data": map[string]any{"a": "c"}}, []string{"data"}, true},
		"parameters": {"kubernetes:storage.k8s.io/v1:StorageClass", map[string]any{"parameters": map[string]any{"type": "gp2"}}, map[string]any{"parameters": map[string]any{"type": "gp3"}}, []string{"parameters"}, true},
		"template":   {"kubernetes:batch/v1:Job", map[string]any{"spec": map[string]any{"template": map[string]any{"a": "b"}}}, map[string]any{"spec": map[string]any{"template": map[string]any{"a": "c"}}}, []string{"spec"}, true},
		"address":    {serviceToken, map[string]any{"spec": map[string]any{"clusterIP": "1"}}, map[string]any{"spec": map[string]any{"clusterIP": "2"}}, []string{"spec"}, true},
		"release":    {releaseToken, map[string]any{"name": "a", "version": "1"}, map[string]any{"name": "b", "version": "2"}, []string{"name"}, false},
		"values":     {releaseToken, map[string]any{"values": map[string]any{"a": "b"}}, map[string]any{"values": map[string]any{"a": "c"}}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := mapOf(test.before), mapOf(test.after)
			before["metadata"], after["metadata"] = resource.NewPropertyValue(named), resource.NewPropertyValue(named)
			found := kubeDiff(test.token, before, nil, after)
			require.NotEmpty(t, found.Changed)
			require.Equal(t, test.replace, found.Replace)
			require.Equal(t, test.first, found.DeleteFirst)
		})
	}
	moved := kubeDiff(configToken, mapOf(map[string]any{"metadata": map[string]any{"name": "a"}}), nil, mapOf(map[string]any{"metadata": map[string]any{"name": "b"}}))
	require.Equal(t, []string{"metadata"}, moved.Replace)
	require.False(t, moved.DeleteFirst, "another name stands beside the old one")
	// What the cluster adds is no change; what somebody changed there is.
	before := mapOf(map[string]any{"spec": map[string]any{"replicas": 1.0}})
	live := mapOf(map[string]any{"spec": map[string]any{"replicas": 1.0, "paused": false}, "status": map[string]any{}})
	require.Empty(t, kubeDiff(deploymentToken, before, live, before).Changed)
	drifted := mapOf(map[string]any{"spec": map[string]any{"replicas": 5.0}})
	require.NotEmpty(t, kubeDiff(deploymentToken, before, drifted, before).Changed)
}

func TestDeploymentsAreAwaited(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	_, err := w.put(deploymentToken, "app", deployment("app", "default", nil))
	require.EqualError(t, err, "resource default/app was successfully created, but the Kubernetes API server reported that it failed to fully "+
		"initialize or become live: timed out waiting for the condition: no nodes available to schedule pods")
	w.nodes("general", 1)
	found := w.read(deploymentToken, "default/app")
	require.NotNil(t, found)
	found.Name = "app"
	_, err = w.again(found, deployment("app", "default", nil))
	require.NoError(t, err)
	skipping := deployment("patient", "default", map[string]any{"nodeSelector": map[string]any{"no": "where"}})
	skipping["metadata"] = map[string]any{"name": "patient", "annotations": map[string]any{"pulumi.com/skipAwait": "true"}}
	w.must(deploymentToken, "patient", skipping)
}

func TestFargateTakesPods(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.namespace("app")
	_, err := w.put(deploymentToken, "app", deployment("app", "app", nil))
	require.Error(t, err)
	w.plant(typeFargate, "main:app", map[string]any{"clusterName": "main", "selectors": []any{map[string]any{"namespace": "app"}}})
	w.must(deploymentToken, "other", deployment("other", "app", nil))
}

// A namespace takes everything in it along, and waits for what has finalizers.
func TestNamespacesWait(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	space := w.namespace("app")
	w.must(configToken, "inside", map[string]any{"metadata": map[string]any{"name": "inside", "namespace": "app"}})
	require.NoError(t, w.take(space))
	require.Nil(t, w.read(configToken, "app/inside"))

	controller := w.withBalancers()
	space = w.namespace("front")
	w.must(serviceToken, "front", front(map[string]any{"metadata": map[string]any{"name": "front", "namespace": "front"}}))
	require.NoError(t, w.take(controller))
	require.EqualError(t, w.take(space), "timed out waiting for the condition: Namespace front is still there: Some content in the namespace "+
		"has finalizers remaining: Service front has finalizers service.k8s.aws/resources")
	_, err := w.put(configToken, "late", map[string]any{"metadata": map[string]any{"name": "late", "namespace": "front"}})
	require.ErrorContains(t, err, "unable to create new content in namespace front because it is being terminated")
}

// An API that nobody serves any more keeps every namespace.
func TestADanglingAPIKeepsNamespaces(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	nodes := w.nodes("general", 1)
	space := w.namespace("app")
	w.must(releaseToken, "metrics", chart("metrics-server", "kube-system", "https://kubernetes-sigs.github.io/metrics-server/", "3.13.0", nil))
	w.uproot(nodes)
	require.ErrorContains(t, w.take(space), "unable to retrieve the complete list of server APIs: metrics.k8s.io: stale GroupVersion discovery")
	w.nodes("general", 1)
	require.NoError(t, w.take(w.read(namespaceToken, "app")))
}

func TestReadsFindWhatIsThere(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	require.Nil(t, w.read(namespaceToken, "missing"))
	require.NotNil(t, w.read("kubernetes:core/v1:ServiceAccount", "default/default"))
	made := w.namespace("app")
	inputs := w.model.inputsOf(w.read(namespaceToken, "app"), mapOf(map[string]any{"metadata": map[string]any{"name": "app"}}), nil)
	require.Equal(t, mapOf(map[string]any{"metadata": map[string]any{"name": "app"}}), inputs)
	require.NotContains(t, w.model.inputsOf(made, nil, nil)["metadata"].ObjectValue(), resource.PropertyKey("uid"), "an import takes what a program would say")
	require.NoError(t, w.take(made))
	require.NoError(t, w.take(made), "what is gone is no error")
}
