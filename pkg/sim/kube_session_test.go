package sim

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

const kubeconfigYAML = `
apiVersion: v1
kind: Config
current-context: main
clusters: [{name: main, cluster: {server: "` + worldServer + `"}}, {name: other, cluster: {server: "https://other"}}]
contexts: [{name: main, context: {cluster: main, user: aws, namespace: apps}}, {name: other, context: {cluster: other, user: aws}}]
users: [{name: aws, user: {exec: {command: aws, args: [eks, get-token, --cluster-name, main, --role-arn, "arn:` + `aws:iam::111111111111:role/deploy"]}}}]
`

func TestKubeconfigs(t *testing.T) {
	t.Parallel()
	target := kubeTargetOf(mapOf(map[string]any{"kubeconfig": kubeconfigYAML}))
	require.Equal(t, &kubeTarget{Server: worldServer, Role: roleARN(managementID, "deploy"), Namespace: "apps"}, target)
	target = kubeTargetOf(mapOf(map[string]any{"kubeconfig": kubeconfigYAML, "context": "other", "namespace": "mine"}))
	require.Equal(t, "https://other", target.Server)
	require.Equal(t, "mine", target.Namespace)
	json := `{"current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://c"}}],"contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}]}`
	require.Equal(t, &kubeTarget{Server: "https://c", Namespace: "default"}, kubeTargetOf(mapOf(map[string]any{"kubeconfig": json})))
	require.Contains(t, kubeTargetOf(nil).Fault, "no configuration has been provided")
	require.Contains(t, kubeTargetOf(mapOf(map[string]any{"kubeconfig": "a: [b"})).Fault, "failed to parse kubeconfig")
}

func TestAnotherClusterIsAnotherProvider(t *testing.T) {
	t.Parallel()
	config := func(kubeconfig, identifier string) resource.PropertyMap {
		values := map[string]any{"kubeconfig": kubeconfig}
		if identifier != "" {
			values["clusterIdentifier"] = identifier
		}
		return mapOf(values)
	}
	const one = `{"current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://c"}}],"contexts":[{"name":"a","context":{"cluster":"c"}}]}`
	const two = `{"current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://d"}}],"contexts":[{"name":"a","context":{"cluster":"c"}}]}`
	const user = `{"current-context":"a","clusters":[{"name":"c","cluster":{"server":"https://c"}}],"contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}]}`
	unknownConfig := resource.PropertyMap{"kubeconfig": unknown()}
	for name, test := range map[string]struct {
		olds, news        resource.PropertyMap
		changed, replaces []string
	}{
		"same":            {config(one, ""), config(one, ""), nil, nil},
		"another user":    {config(one, ""), config(user, ""), []string{"kubeconfig"}, nil},
		"another server":  {config(one, ""), config(two, ""), []string{"kubeconfig"}, []string{"kubeconfig"}},
		"unknown":         {config(one, ""), unknownConfig, []string{"kubeconfig"}, []string{"kubeconfig"}},
		"same identifier": {config(one, "x"), config(two, "x"), []string{"kubeconfig"}, nil},
		"new identifier":  {config(one, "x"), config(one, "y"), []string{"clusterIdentifier"}, []string{"clusterIdentifier"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed, replaces := diffKubeConfig(test.olds, test.news)
			require.Equal(t, test.changed, changed)
			require.Equal(t, test.replaces, replaces)
		})
	}
}

func TestClustersAreReachedByWhomTheyKnow(t *testing.T) {
	t.Parallel()
	const said = `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: `
	deploy := roleARN(managementID, "deploy")
	entry := func(w *kubeWorld) {
		w.plant(typeAccessEntry, "main:deploy", map[string]any{"clusterName": "main", "principalArn": deploy, "type": "STANDARD"})
	}
	policy := func(name string, scope map[string]any) func(w *kubeWorld) {
		return func(w *kubeWorld) {
			entry(w)
			w.plant(typeAccessPolicy, "main:deploy:admin", map[string]any{
				"clusterName": "main", "principalArn": deploy, "policyArn": "arn:" + "aws:eks::aws:cluster-access-policy/" + name, "accessScope": scope})
		}
	}
	everywhere := map[string]any{"type": "cluster"}
	asDeploy := func(w *kubeWorld) {
		w.make(roleToken, "deploy", map[string]any{"name": "deploy", "assumeRolePolicy": trust(`{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`)})
		w.target.Role = deploy
	}
	for name, test := range map[string]struct {
		given []func(w *kubeWorld)
		want  string
	}{
		"creator": {},
		"another endpoint": {[]func(*kubeWorld){func(w *kubeWorld) { w.target.Server = "https://gone.eks.amazonaws.com" }},
			said + `Get "https://gone.eks.amazonaws.com/openapi/v2?timeout=32s": dial tcp: lookup gone.eks.amazonaws.com: no such host`},
		"outside": {[]func(*kubeWorld){func(w *kubeWorld) { w.outside = true }},
			said + `Get "` + worldServer + `/openapi/v2?timeout=32s": dial tcp: i/o timeout: the cluster's endpoint is private and this machine is outside its VPC`},
		"nothing said": {[]func(*kubeWorld){func(w *kubeWorld) { w.target = kubeTargetOf(nil) }}, "no configuration has been provided"},
		"no role": {[]func(*kubeWorld){func(w *kubeWorld) { w.target.Role = deploy }},
			said + "getting credentials: exec: executable aws failed with exit code 254"},
		"a stranger": {[]func(*kubeWorld){asDeploy}, "the server has asked for the client to provide credentials: Unauthorized: cluster main has no " +
			"access entry of " + deploy},
		"an entry alone":   {[]func(*kubeWorld){asDeploy, entry}, `is forbidden: User "arn:` + `aws:sts::111111111111:assumed-role/deploy/pulumi" cannot patch resource "namespaces"`},
		"an administrator": {given: []func(*kubeWorld){asDeploy, policy("AmazonEKSClusterAdminPolicy", everywhere)}},
		"a viewer":         {[]func(*kubeWorld){asDeploy, policy("AmazonEKSViewPolicy", everywhere)}, "is forbidden"},
		"an administrator of other namespaces": {
			[]func(*kubeWorld){asDeploy, policy("AmazonEKSAdminPolicy", map[string]any{"type": "namespace", "namespaces": []any{"apps"}})}, "is forbidden"},
		"a creator without rights": {[]func(*kubeWorld){func(w *kubeWorld) {
			w.cluster.Properties["accessConfig"] = resource.NewPropertyValue(map[string]any{"bootstrapClusterCreatorAdminPermissions": false})
		}}, "Unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			for _, given := range test.given {
				given(w)
			}
			_, err := w.put(namespaceToken, "app", map[string]any{"metadata": map[string]any{"name": "app"}})
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestWhatIsInAClusterThatIsGone(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	made := w.namespace("app")
	require.NotEmpty(t, w.contents(w.cluster), "it goes with the cluster")
	w.uproot(w.cluster)
	require.ErrorContains(t, w.take(made), "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state")
	w.target.DeleteUnreachable = true
	require.NoError(t, w.take(made))
}
