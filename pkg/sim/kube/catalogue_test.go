package kube_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"aws-platform/pkg/sim/kube"
)

func render(t *testing.T, name, release string, values kube.Object) kube.Rendered {
	t.Helper()
	for _, chart := range kube.Catalogue() {
		if chart.Name == name {
			return chart.Render(kube.Release{Name: release, Namespace: "apps", Values: values}, chart.Versions[0])
		}
	}
	t.Fatalf("no chart %s", name)
	return kube.Rendered{}
}

func find(t *testing.T, objects []kube.Object, kind, name string) kube.Object {
	t.Helper()
	for _, object := range objects {
		if object.Kind() == kind && object.Name() == name {
			return object
		}
	}
	return nil
}

// Every row is whole: versions in order, definitions in a folder or not, what is needed is somebody's.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	definitions := map[string]bool{}
	for _, chart := range kube.Catalogue() {
		for _, kind := range chart.Definitions.Kinds {
			definitions[kind.Name()] = true
		}
	}
	seen := map[string]bool{}
	for _, chart := range kube.Catalogue() {
		require.False(t, seen[chart.Name], chart.Name)
		seen[chart.Name] = true
		require.NotEmpty(t, chart.Versions, chart.Name)
		require.False(t, strings.HasSuffix(chart.Repository, "/"), chart.Name)
		for _, version := range chart.Versions {
			require.Less(t, version.Oldest, version.Newest, chart.Name)
		}
		for _, workload := range chart.Workloads {
			for _, needed := range workload.Needs {
				require.True(t, definitions[needed], "%s needs %s, which no chart brings", chart.Name, needed)
			}
		}
		rendered := chart.Render(kube.Release{Name: "x", Namespace: "apps", Values: kube.Object{}}, chart.Versions[0])
		for _, object := range rendered.Objects {
			require.Equal(t, "x", object.Annotation(kube.ReleaseName), "%s %s", object.Kind(), object.Name())
			_, known := kube.Builtin(object.Text("apiVersion"), object.Kind())
			require.True(t, known, object.Kind())
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const karpenter = "oci://public.ecr.aws/karpenter/karpenter"
	for name, test := range map[string]struct {
		asked   kube.Release
		version string
		want    string
	}{
		"newest":             {kube.Release{Chart: karpenter}, "1.14.1", ""},
		"pinned":             {kube.Release{Chart: karpenter, Version: "1.13.0"}, "1.13.0", ""},
		"v missing":          {kube.Release{Chart: "oci://quay.io/jetstack/charts/cert-manager", Version: "1.21.1"}, "", "quay.io/jetstack/charts/cert-manager:1.21.1: not found"},
		"another registry":   {kube.Release{Chart: "oci://example.com/karpenter"}, "", "failed to do request: example.com/karpenter: not found"},
		"repository":         {kube.Release{Chart: "keda", Repository: "https://kedacore.github.io/charts/"}, "2.20.2", ""},
		"no repository":      {kube.Release{Chart: "keda"}, "", `failed to download "keda"`},
		"another repository": {kube.Release{Chart: "keda", Repository: "https://charts.example.com"}, "", `chart "keda" not found in https://charts.example.com repository`},
		"somebody's base":    {kube.Release{Chart: "base", Repository: "https://charts.example.com"}, "", ""},
		"somebody's":         {kube.Release{Chart: "own", Repository: "https://charts.example.com", Version: "7"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chart, version, err := kube.Find(test.asked)
			if test.want != "" {
				require.EqualError(t, err, test.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.version != "", chart != nil)
			if chart != nil {
				require.Equal(t, test.version, version.Chart)
			}
		})
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	given := map[string]any{"maxUnavailable": 1.0}
	for name, test := range map[string]struct {
		chart, release, budget string
		values                 kube.Object
		want                   bool
	}{
		"karpenter":             {"karpenter", "karpenter", "karpenter", nil, true},
		"balancers, none given": {"aws-load-balancer-controller", "aws-load-balancer-controller", "aws-load-balancer-controller", nil, false},
		"balancers":             {"aws-load-balancer-controller", "aws-load-balancer-controller", "aws-load-balancer-controller", kube.Object{"podDisruptionBudget": given}, true},
		"balancers, one alone":  {"aws-load-balancer-controller", "aws-load-balancer-controller", "aws-load-balancer-controller", kube.Object{"podDisruptionBudget": given, "replicaCount": 1.0}, false},
		"webhook, off":          {"cert-manager", "cert-manager", "cert-manager-webhook", nil, false},
		"webhook":               {"cert-manager", "cert-manager", "cert-manager-webhook", kube.Object{"webhook": map[string]any{"podDisruptionBudget": map[string]any{"enabled": true}}}, true},
		"istiod, one alone":     {"istiod", "istiod", "istiod", nil, false},
		"istiod":                {"istiod", "istiod", "istiod", kube.Object{"autoscaleMin": 2.0}, true},
		"istiod, off":           {"istiod", "istiod", "istiod", kube.Object{"autoscaleMin": 2.0, "global": map[string]any{"defaultPodDisruptionBudget": map[string]any{"enabled": false}}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, find(t, render(t, test.chart, test.release, test.values).Objects, "PodDisruptionBudget", test.budget) != nil)
		})
	}
}

func TestValuesReachThePods(t *testing.T) {
	t.Parallel()
	tolerations := []any{map[string]any{"key": "x", "operator": "Exists"}}
	objects := render(t, "external-secrets", "eso", kube.Object{
		"global": map[string]any{"tolerations": tolerations}, "webhook": map[string]any{"replicaCount": 3.0, "priorityClassName": "high"},
		"certController": map[string]any{"create": false},
	}).Objects
	webhook := find(t, objects, "Deployment", "eso-external-secrets-webhook")
	require.Equal(t, 3, webhook.Number(0, "spec", "replicas"))
	require.Equal(t, "high", webhook.Text("spec", "template", "spec", "priorityClassName"))
	require.Equal(t, tolerations, webhook.List("spec", "template", "spec", "tolerations"))
	require.Nil(t, find(t, objects, "Deployment", "eso-external-secrets-cert-controller"))
	require.NotNil(t, find(t, objects, "CustomResourceDefinition", "externalsecrets.external-secrets.io"))

	gateway := render(t, "gateway", "istio-ingressgateway", kube.Object{
		"autoscaling": map[string]any{"enabled": false}, "replicaCount": 4.0,
		"service": map[string]any{"loadBalancerClass": "service.k8s.aws/nlb", "annotations": map[string]any{"a": "b"}},
	}).Objects
	require.Equal(t, 4, find(t, gateway, "Deployment", "istio-ingressgateway").Number(0, "spec", "replicas"))
	service := find(t, gateway, "Service", "istio-ingressgateway")
	require.Equal(t, "LoadBalancer", service.Text("spec", "type"))
	require.Equal(t, "service.k8s.aws/nlb", service.Text("spec", "loadBalancerClass"))
	require.Equal(t, "b", service.Annotation("a"))
	require.Equal(t, "ingressgateway", service.Label("istio"))

	named := render(t, "metrics-server", "m", kube.Object{"fullnameOverride": "metrics", "serviceAccount": map[string]any{"name": "own"}}).Objects
	require.Equal(t, "own", find(t, named, "Deployment", "metrics").Text("spec", "template", "spec", "serviceAccountName"))
	require.NotNil(t, find(t, named, "ServiceAccount", "own"))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	found, known := kube.Builtin("apps/v1", "Deployment")
	require.True(t, known)
	require.Equal(t, kube.Resource{Plural: "deployments", Namespaced: true}, found)
	for _, strange := range [][2]string{{"apps/v1beta1", "Deployment"}, {"v1", "Deployment"}, {"karpenter.sh/v1", "NodePool"}} {
		_, known := kube.Builtin(strange[0], strange[1])
		require.False(t, known, strange)
	}
	require.True(t, kube.Standing("Namespace", "", "kube-system"))
	require.False(t, kube.Standing("Namespace", "", "app"))
}
