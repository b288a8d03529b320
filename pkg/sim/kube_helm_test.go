package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// karpenterRelease are the inputs of Karpenter's.
func karpenterRelease(over ...map[string]any) map[string]any {
	return chart("karpenter", "kube-system", karpenterAddress, "1.14.1", map[string]any{
		"settings": map[string]any{"clusterName": "main"},
	}, append([]map[string]any{{"skipCrds": true}}, over...)...)
}

func karpenterDefinitions() map[string]any {
	return chart("karpenter-crd", "kube-system", karpenterAddress+"-crd", "1.14.1", nil)
}

// A release that lacks something does not become ready; with it, it does.
func TestReleasesBecomeReadyOnlyWithWhatTheyNeed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		skip  string
		over  map[string]any
		nodes func(w *kubeWorld)
		want  string
	}{
		"nodes":       {skip: "nodes", want: "no nodes available to schedule pods"},
		"agent":       {skip: "agent", want: "the add-on eks-pod-identity-agent is not installed"},
		"role":        {skip: "role", want: "does not trust pods.eks.amazonaws.com"},
		"association": {skip: "association", want: "kube-system/aws-load-balancer-controller has neither a Pod Identity association nor a role annotation"},
		"cluster": {over: map[string]any{"clusterName": "other", "region": "eu-west-1", "vpcId": "vpc-1", "tolerations": criticalToleration},
			want: `cluster "other" is not this one, "main"`},
		"vpc": {over: map[string]any{"clusterName": "main", "tolerations": criticalToleration}, want: "failed to get VPC ID or region"},
		"toleration": {over: map[string]any{"clusterName": "main", "region": "eu-west-1", "vpcId": "vpc-1"},
			want: "0/2 nodes are available: 2 node(s) had untolerated taint {CriticalAddonsOnly: true}"},
		"priority": {over: map[string]any{"clusterName": "main", "region": "eu-west-1", "vpcId": "vpc-1", "tolerations": criticalToleration, "priorityClassName": "platform"},
			want: "no PriorityClass with name platform was found"},
		"account": {over: map[string]any{"clusterName": "main", "region": "eu-west-1", "vpcId": "vpc-1", "tolerations": criticalToleration,
			"serviceAccount": map[string]any{"create": false, "name": "missing"}}, want: `serviceaccount "missing" not found`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			for step, do := range map[string]func(){
				"nodes": func() { w.nodes("system", 2, criticalTaint) }, "agent": func() { w.agent() }, "role": func() { w.podRole("balancers") },
				"association": func() { w.associate("kube-system", controllerChart, "balancers") },
			} {
				if step != test.skip {
					do()
				}
			}
			inputs := w.loadBalancerRelease()
			if test.over != nil {
				inputs["values"] = test.over
			}
			_, err := w.put(releaseToken, "balancers", inputs)
			require.ErrorContains(t, err, "Helm release \"kube-system/aws-load-balancer-controller\" was created, but failed to initialize completely. "+
				"Use Helm CLI to investigate.: failed to become available within allocated timeout. Error: Helm Release "+
				"kube-system/aws-load-balancer-controller: context deadline exceeded: ")
			require.ErrorContains(t, err, test.want)
			var half *unready
			require.ErrorAs(t, err, &half, "the engine keeps it")
		})
	}
}

// An association that comes after the pods gives them nothing, until they start anew.
func TestAnAssociationComesBeforeThePods(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.nodes("system", 2, criticalTaint)
	w.agent()
	w.podRole("balancers", balancerRights...)
	release, err := w.put(releaseToken, "balancers", w.loadBalancerRelease(map[string]any{"skipAwait": true}))
	require.NoError(t, err)
	w.associate("kube-system", controllerChart, "balancers")
	_, err = w.again(release, w.loadBalancerRelease())
	require.ErrorContains(t, err, "started before their Pod Identity association was made")
	inputs := w.loadBalancerRelease()
	values, ok := inputs["values"].(map[string]any)
	require.True(t, ok)
	values["replicaCount"] = 1.0
	_, err = w.again(release, inputs)
	require.NoError(t, err)
}

// By the cluster's identity provider a role is named on the service account, and must trust exactly it.
func TestRolesOfServiceAccounts(t *testing.T) {
	t.Parallel()
	const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123"
	for name, test := range map[string]struct{ subject, want string }{
		"trusted": {"system:serviceaccount:kube-system:aws-load-balancer-controller", ""},
		"another": {"system:serviceaccount:kube-system:other", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newKubeWorld(t)
			w.nodes("system", 2, criticalTaint)
			w.make(typeOIDCProvider, "issuer", map[string]any{"url": "https://" + issuer, "clientIdLists": []any{"sts.amazonaws.com"}})
			w.make(roleToken, "balancers", map[string]any{"name": "balancers", "assumeRolePolicy": trust(
				`{"Effect":"Allow","Principal":{"Federated":"arn:` + `aws:iam::111111111111:oidc-provider/` + issuer + `"},
				"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"` + issuer + `:sub":"` + test.subject + `","` + issuer + `:aud":"sts.amazonaws.com"}}}`)})
			inputs := w.loadBalancerRelease()
			values, ok := inputs["values"].(map[string]any)
			require.True(t, ok)
			values["serviceAccount"] = map[string]any{"annotations": map[string]any{roleAnnotation: roleARN(managementID, "balancers")}}
			_, err := w.put(releaseToken, "balancers", inputs)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestKarpenterWantsTwoZones(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	group := w.nodes("system", 1)
	w.agent()
	w.podRole("karpenter")
	w.associate("kube-system", "karpenter", "karpenter")
	_, err := w.put(releaseToken, "karpenter", karpenterRelease(map[string]any{"atomic": true}))
	require.ErrorContains(t, err, "release karpenter failed, and has been uninstalled due to atomic being set: context deadline exceeded: "+
		"Deployment kube-system/karpenter: 0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.")
	w.uproot(group)
	w.nodes("system", 2)
	_, err = w.put(releaseToken, "karpenter", karpenterRelease(map[string]any{"atomic": true}))
	require.ErrorContains(t, err, "no definition nodepools.karpenter.sh")
	definitions := w.must(releaseToken, "definitions", karpenterDefinitions())
	w.must(releaseToken, "karpenter", karpenterRelease())

	// Its chart brings the same definitions in its folder crds, which skipCrds leaves out; whoever has none yet may do without.
	require.NoError(t, w.take(w.read(releaseToken, "kube-system/karpenter")))
	require.NoError(t, w.take(definitions))
	without := karpenterRelease(map[string]any{"skipCrds": false})
	w.must(releaseToken, "karpenter", without)
	_, err = w.put(releaseToken, "definitions", karpenterDefinitions())
	require.EqualError(t, err, `Unable to continue with install: CustomResourceDefinition "nodepools.karpenter.sh" in namespace "" exists and `+
		`cannot be imported into the current release: invalid ownership metadata; annotation validation error: missing key `+
		`"meta.helm.sh/release-name": must be set to "karpenter-crd"`)
}

func TestHelmRefuses(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	for name, test := range map[string]struct {
		inputs map[string]any
		want   string
	}{
		"repository": {
			chart(controllerChart, "kube-system", "https://kubernetes-sigs.github.io/metrics-server", "3.5.0", map[string]any{"clusterName": "main"}),
			`chart "aws-load-balancer-controller" not found in https://kubernetes-sigs.github.io/metrics-server repository; check the chart name and repository configuration.`,
		},
		"version": {
			chart(controllerChart, "kube-system", eksCharts, "9.9.9", map[string]any{"clusterName": "main"}),
			`chart "aws-load-balancer-controller" version "9.9.9" not found in https://aws.github.io/eks-charts repository; check the chart name and repository configuration.`,
		},
		"value": {
			chart("cert-manager", "cert-manager", "oci://quay.io/jetstack/charts/cert-manager", "v1.21.1", map[string]any{"replicas": 2.0}),
			"values don't meet the specifications of the schema(s) in the following chart(s):\ncert-manager:\n- (root): Additional property replicas " +
				"is not allowed; check the chart name and repository configuration.",
		},
		"needed": {
			chart(controllerChart, "kube-system", eksCharts, "3.5.0", nil),
			"execution error at (aws-load-balancer-controller/templates/deployment.yaml): Chart cannot be installed without a valid clusterName!; " +
				"check the chart name and repository configuration.",
		},
		"unknown": {chart("own", "default", "https://charts.example.com", "1.0.0", nil, map[string]any{"skipCRDs": true}), `unknown property "skipCRDs"; did you mean "skipCrds"?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults, err := w.model.check(w.asked(releaseToken, name, test.inputs), nil)
			require.NoError(t, err)
			require.Len(t, faults, 1)
			require.Equal(t, test.want, faults[0].Reason)
		})
	}
}

func TestReleasesNeedTheirNamespace(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	own := chart("own", "own", "https://charts.example.com", "1.0.0", map[string]any{"anything": "goes"})
	_, err := w.put(releaseToken, "own", own)
	require.EqualError(t, err, `create: failed to create: namespaces "own" not found`)
	own["createNamespace"] = true
	release := w.must(releaseToken, "own", own)
	require.Equal(t, "own/own", release.ID)
	_, err = w.put(releaseToken, "own", own)
	require.EqualError(t, err, "cannot re-use a name that is still in use")
	require.NoError(t, w.take(release))
	require.Nil(t, w.read(releaseToken, "own/own"))
	require.NotNil(t, w.read(namespaceToken, "own"), "Helm leaves the namespace behind")
}

func TestReleasesWantTheirKubernetes(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	w.cluster.Properties["version"] = mapOf(map[string]any{"v": "1.31"})["v"]
	w.namespace("cert-manager")
	_, err := w.put(releaseToken, "cert-manager", chart("cert-manager", "cert-manager", "oci://quay.io/jetstack/charts/cert-manager", "v1.21.1", nil))
	require.EqualError(t, err, "chart requires kubeVersion: >= 1.33.0-0 which is incompatible with Kubernetes v1.31.0")
}

// An upgrade changes definitions that are templates, never those of the folder crds, and deletes what it no longer has.
func TestUpgrades(t *testing.T) {
	t.Parallel()
	w := newKubeWorld(t)
	controller := w.withBalancers()
	version := func(definition string) string {
		found := w.read("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition)
		return found.Properties["metadata"].ObjectValue()["labels"].ObjectValue()["app.kubernetes.io/version"].StringValue()
	}
	older := karpenterDefinitions()
	older["version"] = "1.13.0"
	definitions := w.must(releaseToken, "definitions", older)
	old, err := w.again(controller, w.loadBalancerRelease(map[string]any{"version": "2.17.1"}))
	require.NoError(t, err)
	require.Equal(t, "2.17.1", old.Text("version"))
	_, err = w.again(definitions, karpenterDefinitions())
	require.NoError(t, err)
	require.Equal(t, "1.14.1", version("nodepools.karpenter.sh"))
	require.Equal(t, "3.5.0", version("targetgroupbindings.elbv2.k8s.aws"))

	budget := w.loadBalancerRelease()
	values, ok := budget["values"].(map[string]any)
	require.True(t, ok)
	values["podDisruptionBudget"] = map[string]any{"maxUnavailable": 1.0}
	_, err = w.again(controller, budget)
	require.NoError(t, err)
	require.NotNil(t, w.read("kubernetes:policy/v1:PodDisruptionBudget", "kube-system/aws-load-balancer-controller"))
	_, err = w.again(controller, w.loadBalancerRelease())
	require.NoError(t, err)
	require.Nil(t, w.read("kubernetes:policy/v1:PodDisruptionBudget", "kube-system/aws-load-balancer-controller"))

	failing := w.loadBalancerRelease(map[string]any{"atomic": true})
	values, ok = failing["values"].(map[string]any)
	require.True(t, ok)
	values["tolerations"] = []any{}
	_, err = w.again(controller, failing)
	require.ErrorContains(t, err, "has been rolled back due to atomic being set")
	w.must(serviceToken, "front", front()) // the controller still runs
}

// A role may be for one service account of one cluster only: EKS says in the session's tags for whom it asks.
func TestRolesAreForTheirAccount(t *testing.T) {
	t.Parallel()
	for account, want := range map[string]string{controllerChart: "", "other": "does not trust pods.eks.amazonaws.com"} {
		w := newKubeWorld(t)
		w.nodes("system", 2, criticalTaint)
		w.agent()
		w.make(roleToken, "balancers", map[string]any{"name": "balancers", "assumeRolePolicy": trust(
			`{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{
			"StringEquals":{"aws:SourceAccount":"111111111111","aws:RequestTag/kubernetes-namespace":"kube-system","aws:RequestTag/kubernetes-service-account":"` +
				account + `"},"ArnEquals":{"aws:SourceArn":"arn:` + `aws:eks:eu-west-1:111111111111:cluster/main"}}}`)})
		w.associate("kube-system", controllerChart, "balancers")
		_, err := w.put(releaseToken, "balancers", w.loadBalancerRelease())
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}
