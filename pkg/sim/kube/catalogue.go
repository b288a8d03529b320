package kube

import "slices"

// Catalogue are the charts the simulated cloud knows. A chart that is not in it is installed as if it held nothing.
//
// What a row says is from the chart's own values.yaml, values.schema.json and templates, in the repository beside its name.
func Catalogue() []Chart {
	return slices.Concat(nodeCharts(), controllerCharts(), meshCharts())
}

// What controllers are called.
const (
	LoadBalancers   = "load-balancers"
	Karpenter       = "karpenter"
	CertManager     = "cert-manager"
	ExternalDNS     = "external-dns"
	ExternalSecrets = "external-secrets"
	Keda            = "keda"
	Mesh            = "mesh"
)

var karpenterKinds = []Definition{
	{"karpenter.sh", "NodePool", "nodepools", []string{"v1"}, false},
	{"karpenter.sh", "NodeClaim", "nodeclaims", []string{"v1"}, false},
	{"karpenter.sh", "NodeOverlay", "nodeoverlays", []string{"v1alpha1"}, false},
	{"karpenter.k8s.aws", "EC2NodeClass", "ec2nodeclasses", []string{"v1"}, false},
}

// https://github.com/aws/karpenter-provider-aws/tree/main/charts, https://github.com/kubernetes-sigs/metrics-server,
// https://github.com/aws/eks-charts
func nodeCharts() []Chart {
	karpenter := []Version{
		{"1.14.1", "1.14.1", 30, 36}, {"1.14.0", "1.14.0", 30, 36}, {"1.13.0", "1.13.0", 30, 36}, {"1.12.0", "1.12.0", 29, 35},
		{"1.9.0", "1.9.0", 29, 35}, {"1.6.0", "1.6.0", 28, 34},
	}
	return []Chart{
		{
			Name: "karpenter-crd", Repository: "oci://public.ecr.aws/karpenter/karpenter-crd", Versions: karpenter,
			Definitions: Definitions{Kinds: karpenterKinds, Annotations: "additionalAnnotations"},
		},
		{
			Name: "karpenter", Repository: "oci://public.ecr.aws/karpenter/karpenter", Versions: karpenter,
			Definitions: Definitions{Kinds: karpenterKinds, Folder: true},
			Workloads: []Workload{{
				Name: "{fullname}", Replicas: []string{"replicas"}, Default: 2, Budget: "podDisruptionBudget", BudgetRule: budgetAlways,
				Account: "{fullname}", AccountAt: "serviceAccount", Placement: within(""), Controller: Karpenter, DiesWithoutRole: true,
				Needs: []string{"nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"},
				Defaults: Object{
					"priorityClassName": "system-cluster-critical", "nodeSelector": map[string]any{"kubernetes.io/os": "linux"},
					"tolerations": []any{map[string]any{"key": "CriticalAddonsOnly", "operator": "Exists"}},
					"topologySpreadConstraints": []any{map[string]any{
						"maxSkew": 1.0, "topologyKey": ZoneLabel, "whenUnsatisfiable": "DoNotSchedule"}},
					"affinity": map[string]any{
						"nodeAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": map[string]any{
							"nodeSelectorTerms": []any{map[string]any{"matchExpressions": []any{
								map[string]any{"key": "karpenter.sh/nodepool", "operator": "DoesNotExist"}}}}}},
						"podAntiAffinity": map[string]any{"requiredDuringSchedulingIgnoredDuringExecution": []any{
							map[string]any{"topologyKey": HostLabel}}},
					},
				},
			}},
		},
		{
			Name: "metrics-server", Repository: "https://kubernetes-sigs.github.io/metrics-server",
			Versions: []Version{{"3.13.0", "0.8.0", 30, 36}, {"3.12.2", "0.7.2", 27, 33}},
			Workloads: []Workload{{
				Name: "{fullname}", Replicas: []string{"replicas"}, Default: 1, Budget: "podDisruptionBudget", BudgetRule: budgetEnabled,
				Account: "{fullname}", AccountAt: "serviceAccount", Placement: within(""),
				Defaults: Object{"priorityClassName": "system-cluster-critical"},
			}},
			APIServices: map[string]string{"v1beta1.metrics.k8s.io": "{fullname}"},
		},
		{
			Name: "aws-for-fluent-bit", Repository: "https://aws.github.io/eks-charts",
			Versions: []Version{{"0.1.35", "2.32.5", 28, 36}, {"0.1.34", "2.32.2", 28, 36}},
		},
	}
}

// https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/main/helm,
// https://github.com/cert-manager/cert-manager/tree/master/deploy/charts,
// https://github.com/kubernetes-sigs/external-dns/tree/master/charts,
// https://github.com/external-secrets/external-secrets/tree/main/deploy/charts, https://github.com/kedacore/charts
func controllerCharts() []Chart {
	return []Chart{loadBalancerChart(), certManagerChart(), externalDNSChart(), externalSecretsChart(), kedaChart()}
}

func loadBalancerChart() Chart {
	return Chart{
		Name: "aws-load-balancer-controller", Repository: "https://aws.github.io/eks-charts",
		Versions: []Version{{"3.5.0", "v3.5.0", 30, 36}, {"3.4.0", "v3.4.0", 30, 36}, {"2.17.1", "v2.17.1", 22, 35}},
		Required: map[string]string{"clusterName": "Chart cannot be installed without a valid clusterName!"},
		Definitions: Definitions{Folder: true, Kinds: []Definition{
			{"elbv2.k8s.aws", "TargetGroupBinding", "targetgroupbindings", []string{"v1beta1"}, true},
			{"elbv2.k8s.aws", "IngressClassParams", "ingressclassparams", []string{"v1beta1"}, false},
		}},
		Workloads: []Workload{{
			Name: "{fullname}", Replicas: []string{"replicaCount"}, Default: 2, Budget: "podDisruptionBudget", BudgetRule: budgetGiven,
			Account: "{fullname}", AccountAt: "serviceAccount", Placement: within(""), Controller: LoadBalancers, DiesWithoutRole: true,
			Needs: []string{"targetgroupbindings.elbv2.k8s.aws", "ingressclassparams.elbv2.k8s.aws"}, Port: "webhookBindPort", PortSelf: 9443,
			Defaults: Object{"priorityClassName": "system-cluster-critical"},
		}},
		Webhooks: []Webhook{
			{Name: "mservice.elbv2.k8s.aws", Workload: "{fullname}", Rules: []string{"services"}, Mutating: true, On: "enableServiceMutatorWebhook"},
			{Name: "vingress.elbv2.k8s.aws", Workload: "{fullname}", Rules: []string{"ingresses.networking.k8s.io"}},
			{Name: "vtargetgroupbinding.elbv2.k8s.aws", Workload: "{fullname}", Rules: []string{"targetgroupbindings.elbv2.k8s.aws"}},
		},
	}
}

func certManagerChart() Chart {
	return Chart{
		Name: "cert-manager", Repository: "oci://quay.io/jetstack/charts/cert-manager",
		Versions: []Version{
			{"v1.21.1", "v1.21.1", 33, 36}, {"v1.21.0", "v1.21.0", 33, 36}, {"v1.20.0", "v1.20.0", 32, 35}, {"v1.19.1", "v1.19.1", 31, 35},
		},
		Values: []string{
			"acmesolver", "affinity", "approveSignerNames", "automountServiceAccountToken", "cainjector", "clusterResourceNamespace", "config",
			"containerSecurityContext", "crds", "creator", "deploymentAnnotations", "disableAutoApproval", "dns01RecursiveNameservers",
			"dns01RecursiveNameserversOnly", "enableCertificateOwnerRef", "enableServiceLinks", "enabled", "extraArgs", "extraContainers",
			"extraEnv", "extraObjects", "featureGates", "fullnameOverride", "global", "hostAliases", "http_proxy", "https_proxy", "image",
			"imageNamespace", "imageRegistry", "ingressShim", "installCRDs", "livenessProbe", "maxConcurrentChallenges", "nameOverride",
			"namespace", "no_proxy", "nodeSelector", "podAnnotations", "podDisruptionBudget", "podDnsConfig", "podDnsPolicy", "podLabels",
			"prometheus", "replicaCount", "resources", "securityContext", "serviceAccount", "serviceAnnotations", "serviceIPFamilies",
			"serviceIPFamilyPolicy", "serviceLabels", "startupapicheck", "strategy", "tolerations", "topologySpreadConstraints",
			"volumeMounts", "volumes", "webhook",
		},
		Definitions: Definitions{
			Switches: []string{"crds.enabled", "installCRDs"}, Keep: "crds.keep", KeepDefault: true,
			Kinds: []Definition{
				{"cert-manager.io", "Certificate", "certificates", []string{"v1"}, true},
				{"cert-manager.io", "CertificateRequest", "certificaterequests", []string{"v1"}, true},
				{"cert-manager.io", "Issuer", "issuers", []string{"v1"}, true},
				{"cert-manager.io", "ClusterIssuer", "clusterissuers", []string{"v1"}, false},
				{"acme.cert-manager.io", "Order", "orders", []string{"v1"}, true},
				{"acme.cert-manager.io", "Challenge", "challenges", []string{"v1"}, true},
			},
		},
		Workloads: []Workload{
			{
				Name: "{fullname}", Replicas: []string{"replicaCount"}, Default: 1, Budget: "podDisruptionBudget", BudgetRule: budgetEnabled,
				Account: "{fullname}", AccountAt: "serviceAccount", Placement: certManagerPlacement(""), Controller: CertManager,
				Needs: []string{"certificates.cert-manager.io", "clusterissuers.cert-manager.io"},
			},
			{
				Name: "{fullname}-webhook", Replicas: []string{"webhook.replicaCount"}, Default: 1, Budget: "webhook.podDisruptionBudget",
				BudgetRule: budgetEnabled, Account: "{fullname}-webhook", AccountAt: "webhook.serviceAccount",
				Placement: certManagerPlacement("webhook"), Port: "webhook.securePort", PortSelf: 10250,
			},
			{
				Name: "{fullname}-cainjector", On: "cainjector.enabled", Replicas: []string{"cainjector.replicaCount"}, Default: 1,
				Budget: "cainjector.podDisruptionBudget", BudgetRule: budgetEnabled, Account: "{fullname}-cainjector",
				AccountAt: "cainjector.serviceAccount", Placement: certManagerPlacement("cainjector"),
			},
		},
		Webhooks: []Webhook{{Name: "webhook.cert-manager.io", Workload: "{fullname}-webhook", Rules: []string{
			"certificates.cert-manager.io", "issuers.cert-manager.io", "clusterissuers.cert-manager.io", "certificaterequests.cert-manager.io",
		}}},
	}
}

func certManagerPlacement(section string) Placement {
	p := within(section)
	p.Priority = []string{"global.priorityClassName"}
	p.Selector = append(p.Selector, "global.nodeSelector")
	return p
}

func externalDNSChart() Chart {
	return Chart{
		Name: "external-dns", Repository: "https://kubernetes-sigs.github.io/external-dns",
		Versions: []Version{{"1.21.1", "0.21.0", 30, 36}, {"1.21.0", "0.21.0", 30, 36}, {"1.20.0", "0.20.0", 29, 35}},
		Definitions: Definitions{Folder: true, Kinds: []Definition{
			{"externaldns.k8s.io", "DNSEndpoint", "dnsendpoints", []string{"v1alpha1"}, true},
		}},
		Workloads: []Workload{{
			Name: "{fullname}", Default: 1, Account: "{fullname}", AccountAt: "serviceAccount", Placement: within(""),
			Controller: ExternalDNS, DiesWithoutRole: true,
		}},
	}
}

func externalSecretsChart() Chart {
	part := func(name, section string) Workload {
		return Workload{
			Name: "{fullname}-" + name, On: section + ".create", Replicas: []string{section + ".replicaCount"}, Default: 1,
			Budget: section + ".podDisruptionBudget", BudgetRule: budgetEnabled, Account: "external-secrets-" + name,
			AccountAt: section + ".serviceAccount", Placement: within(section, "global"), Port: section + ".port", PortSelf: 10250,
		}
	}
	return Chart{
		Name: "external-secrets", Repository: "https://charts.external-secrets.io",
		Versions: []Version{{"2.9.0", "v2.9.0", 33, 36}, {"2.8.0", "v2.8.0", 33, 36}, {"2.7.0", "v2.7.0", 32, 35}},
		Definitions: Definitions{
			Switches: []string{"installCRDs"}, Default: true, Annotations: "crds.annotations",
			Kinds: []Definition{
				{"external-secrets.io", "SecretStore", "secretstores", []string{"v1"}, true},
				{"external-secrets.io", "ClusterSecretStore", "clustersecretstores", []string{"v1"}, false},
				{"external-secrets.io", "ExternalSecret", "externalsecrets", []string{"v1"}, true},
				{"external-secrets.io", "ClusterExternalSecret", "clusterexternalsecrets", []string{"v1"}, false},
				{"external-secrets.io", "PushSecret", "pushsecrets", []string{"v1alpha1"}, true},
			},
		},
		Workloads: []Workload{
			{
				Name: "{fullname}", Replicas: []string{"replicaCount"}, Default: 1, Budget: "podDisruptionBudget", BudgetRule: budgetEnabled,
				Account: "{fullname}", AccountAt: "serviceAccount", Placement: within("", "global"), Controller: ExternalSecrets,
				Needs: []string{"externalsecrets.external-secrets.io"},
			},
			part("webhook", "webhook"), part("cert-controller", "certController"),
		},
		Webhooks: []Webhook{{
			Name: "validate.externalsecret.external-secrets.io", Workload: "{fullname}-webhook", On: "webhook.create", Policy: "webhook.failurePolicy",
			Deletes: true, Rules: []string{
				"secretstores.external-secrets.io", "clustersecretstores.external-secrets.io", "externalsecrets.external-secrets.io",
			},
		}},
	}
}

func kedaChart() Chart {
	part := func(section, spread, budget string) Workload {
		p := within("")
		p.Spread = []string{"topologySpreadConstraints." + spread}
		p.Affinity = []string{section + ".affinity", "affinity"}
		return Workload{
			Replicas: []string{section + ".replicaCount"}, Default: 1, Budget: "podDisruptionBudget." + budget, BudgetRule: budgetGiven, Placement: p,
		}
	}
	operator, metrics, hooks := part("operator", "operator", "operator"), part("metricsServer", "metricsServer", "metricServer"), part("webhooks", "webhooks", "webhooks")
	operator.Name, operator.Account, operator.AccountAt, operator.Controller = "keda-operator", "keda-operator", "serviceAccount.operator", Keda
	metrics.Name, metrics.Account, metrics.AccountAt = "keda-operator-metrics-apiserver", "keda-metrics-server", "serviceAccount.metricServer"
	hooks.Name, hooks.Account, hooks.AccountAt, hooks.On = "keda-admission-webhooks", "keda-webhook", "serviceAccount.webhooks", "webhooks.enabled"
	hooks.Port, hooks.PortSelf = "webhooks.port", 9443
	operator.Needs = []string{"scaledobjects.keda.sh"}
	return Chart{
		Name: "keda", Repository: "https://kedacore.github.io/charts",
		Versions: []Version{{"2.20.2", "2.20.2", 33, 35}, {"2.20.0", "2.20.0", 33, 35}, {"2.19.0", "2.19.0", 32, 34}},
		Definitions: Definitions{
			Switches: []string{"crds.install"}, Default: true, Annotations: "crds.additionalAnnotations",
			Kinds: []Definition{
				{"keda.sh", "ScaledObject", "scaledobjects", []string{"v1alpha1"}, true},
				{"keda.sh", "ScaledJob", "scaledjobs", []string{"v1alpha1"}, true},
				{"keda.sh", "TriggerAuthentication", "triggerauthentications", []string{"v1alpha1"}, true},
				{"keda.sh", "ClusterTriggerAuthentication", "clustertriggerauthentications", []string{"v1alpha1"}, false},
			},
		},
		Workloads: []Workload{operator, metrics, hooks},
		Webhooks: []Webhook{{
			Name: "vscaledobject.kb.io", Workload: "keda-admission-webhooks", On: "webhooks.enabled", Ignored: true, Policy: "webhooks.failurePolicy",
			Rules: []string{"scaledobjects.keda.sh", "scaledjobs.keda.sh", "triggerauthentications.keda.sh"},
		}},
		APIServices: map[string]string{"v1beta1.external.metrics.k8s.io": "keda-operator-metrics-apiserver"},
	}
}

// https://github.com/istio/istio/tree/master/manifests/charts
func meshCharts() []Chart {
	const repository = "https://istio-release.storage.googleapis.com/charts"
	istio := []Version{{"1.30.3", "1.30.3", 32, 36}, {"1.30.0", "1.30.0", 32, 36}, {"1.29.0", "1.29.0", 31, 35}}
	gateway := Workload{
		Name: "{release}", Replicas: []string{"autoscaling.minReplicas"}, Default: 1, Fixed: []string{"replicaCount"}, Autoscale: "autoscaling.enabled",
		Budget: "podDisruptionBudget", BudgetRule: budgetGiven, Account: "{release}", AccountAt: "serviceAccount", Placement: within(""), Injected: true,
	}
	pilot := within("", "pilot")
	pilot.Priority = []string{"global.priorityClassName"}
	return []Chart{
		{
			Name: "base", Repository: repository, Versions: istio,
			Definitions: Definitions{KeepDefault: true, Kinds: meshKinds()},
		},
		{
			Name: "istiod", Repository: repository, Versions: istio,
			Workloads: []Workload{{
				Name: "istiod", Replicas: []string{"autoscaleMin", "pilot.autoscaleMin"}, Default: 1, Fixed: []string{"replicaCount", "pilot.replicaCount"},
				Autoscale: "autoscaleEnabled", BudgetRule: budgetShared, Account: "istiod", Placement: pilot, Controller: Mesh,
				Needs: []string{"gateways.networking.istio.io", "virtualservices.networking.istio.io"}, PortSelf: 15017,
			}},
			Webhooks: []Webhook{{Name: "rev.validation.istio.io", Workload: "istiod", Rules: meshRules()}},
		},
		{
			Name: "gateway", Repository: repository, Versions: istio,
			Workloads: []Workload{gateway}, Services: []Service{{Name: "{release}", At: "service", Type: "LoadBalancer"}},
		},
	}
}

func meshKinds() []Definition {
	var kinds []Definition
	for _, one := range []struct {
		group, kind, plural string
	}{
		{"networking.istio.io", "DestinationRule", "destinationrules"}, {"networking.istio.io", "EnvoyFilter", "envoyfilters"},
		{"networking.istio.io", "Gateway", "gateways"}, {"networking.istio.io", "ProxyConfig", "proxyconfigs"},
		{"networking.istio.io", "ServiceEntry", "serviceentries"}, {"networking.istio.io", "Sidecar", "sidecars"},
		{"networking.istio.io", "VirtualService", "virtualservices"}, {"networking.istio.io", "WorkloadEntry", "workloadentries"},
		{"networking.istio.io", "WorkloadGroup", "workloadgroups"}, {"security.istio.io", "AuthorizationPolicy", "authorizationpolicies"},
		{"security.istio.io", "PeerAuthentication", "peerauthentications"},
		{"security.istio.io", "RequestAuthentication", "requestauthentications"}, {"telemetry.istio.io", "Telemetry", "telemetries"},
	} {
		kinds = append(kinds, Definition{one.group, one.kind, one.plural, []string{"v1", "v1beta1", "v1alpha3"}, true})
	}
	return kinds
}

func meshRules() []string {
	var rules []string
	for _, kind := range meshKinds() {
		rules = append(rules, kind.Name())
	}
	return rules
}
