package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/sim/kube"
)

const (
	balancerClass  = "service.k8s.aws/nlb"
	balancerPrefix = "service.beta.kubernetes.io/aws-load-balancer-"
	serviceHold    = "service.k8s.aws/resources"
	clusterTag     = "elbv2.k8s.aws/cluster"
	stackTag       = "service.k8s.aws/stack"
)

// balanced says whether an object wants a load balancer.
func (k *kubeAPI) balanced(o kube.Object) bool {
	return o.Is("", "Service") && o.Text("spec", "type") == "LoadBalancer"
}

// ours says whether the AWS Load Balancer Controller is meant. What it is not meant for gets nothing here: the balancers of
// the cloud's own, older controller are of a kind AWS no longer recommends.
func ours(o kube.Object) bool {
	kind := o.Annotation(balancerPrefix + "type")
	return o.Text("spec", "loadBalancerClass") == balancerClass || kind == "external" || kind == "nlb-ip"
}

// mutateService is what the controller's mutating webhook does to a new Service.
func (k *kubeAPI) mutateService(o kube.Object) {
	if !k.balanced(o) || o.Text("spec", "loadBalancerClass") != "" {
		return
	}
	for _, hook := range k.each("admissionregistration.k8s.io", "MutatingWebhookConfiguration") {
		if hook.Name() == "mservice.elbv2.k8s.aws" && k.unserved(hook.Object) == "" {
			o.Set(balancerClass, "spec", "loadBalancerClass")
		}
	}
}

// unbalanced says why a Service has no balancer.
func (k *kubeAPI) unbalanced(o *kubeObject) string {
	if event := o.Text(kube.Simulation, "event"); event != "" {
		return event
	}
	if !ours(o.Object) {
		return "it has neither loadBalancerClass " + balancerClass + " nor the annotation " + balancerPrefix + "type: external"
	}
	_, why := k.running(kube.LoadBalancers)
	return why
}

// runLoadBalancers makes and removes the balancers of Services, as long as the controller runs and may.
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/how-it-works/
func (k *kubeAPI) runLoadBalancers() {
	workload, why := k.running(kube.LoadBalancers)
	if why != "" {
		return
	}
	caller, why := k.credentials(workload)
	if why != "" {
		return
	}
	for _, service := range k.each("", "Service") {
		held := slices.Contains(service.Finalizers(), serviceHold)
		event := ""
		switch {
		case service.Deleting() && held:
			if event = k.unbalance(service, caller); event == "" {
				service.Free(serviceHold)
				k.put(service)
				if len(service.Finalizers()) == 0 {
					k.drop(service)
				}
			}
		case !service.Deleting() && k.balanced(service.Object) && ours(service.Object):
			service.Hold(serviceHold)
			k.put(service)
			event = k.balance(service, k.valuesOf(workload), caller)
		}
		if event != service.Text(kube.Simulation, "event") && !service.gone {
			service.Set(event, kube.Simulation, "event")
			k.put(service)
		}
	}
}

// stackTags are the tags of all that the controller makes for a Service.
func (k *kubeAPI) stackTags(service *kubeObject, values kube.Object) map[string]string {
	tags := map[string]string{clusterTag: k.cluster.Text("name"), stackTag: service.ID(), "service.k8s.aws/resource": "LoadBalancer"}
	for key, value := range values.Map("defaultTags") {
		tags[key] = fmt.Sprint(value)
	}
	return tags
}

// balance makes a Service's network load balancer, or says why it cannot.
func (k *kubeAPI) balance(service *kubeObject, values kube.Object, caller *identity) string {
	tags := k.stackTags(service, values)
	mine := map[string]string{clusterTag: tags[clusterTag], stackTag: tags[stackTag]}
	if existing := k.tagged(typeBalancer, mine); len(existing) > 0 {
		k.balancedAt(service, existing[0])
		return ""
	}
	internal := service.Annotation(balancerPrefix+"scheme") != "internet-facing"
	subnets := k.balancerSubnets(service, internal)
	if len(subnets) == 0 {
		role := "kubernetes.io/role/elb"
		if internal {
			role = "kubernetes.io/role/internal-elb"
		}
		return "Failed build model due to unable to resolve at least one subnet: no subnet of VPC " + k.vpc() + " is tagged " + role
	}
	if why := k.manyGroups(); why != "" {
		return "Failed build model due to " + why
	}
	name := balancerName(service)
	if refused := k.refusedGrant(caller, k.balanceGrants(name, tags)...); refused != "" {
		return "Failed deploy model due to " + refused
	}
	if err := k.buildBalancer(service, name, subnets, internal, tags); err != nil {
		return "Failed deploy model due to " + err.Error()
	}
	for _, made := range k.tagged(typeBalancer, mine) {
		k.balancedAt(service, made)
	}
	return ""
}

// manyGroups says which node has not exactly one security group with the cluster's tag: the controller opens that one for
// its balancers, and of two it does not know which. The group EKS makes has the tag.
func (k *kubeAPI) manyGroups() string {
	name := k.cluster.Text("name")
	for _, plug := range k.tagged(typeInterface, map[string]string{"eks:eks-cluster-name": name}) {
		var tagged []string
		for _, id := range plug.Texts("securityGroups") {
			group := k.model.find(k.at, kindSecurityGroup, id)
			if id == k.clusterGroup() || group != nil && tagsOf(group.Properties)[ownedCluster+name] != "" {
				tagged = append(tagged, id)
			}
		}
		if len(tagged) != 1 {
			return fmt.Sprintf("expected exactly one securityGroup tagged with %s%s for eni %s, got: %v", ownedCluster, name, plug.ID, tagged)
		}
	}
	return ""
}

func (k *kubeAPI) balancedAt(service *kubeObject, balancer *Resource) {
	host := balancer.Text("dnsName")
	if already := service.Objects("status", "loadBalancer", "ingress"); len(already) > 0 && already[0].Text("hostname") == host {
		return
	}
	service.Set([]any{map[string]any{"hostname": host}}, "status", "loadBalancer", "ingress")
	k.put(service)
}

// balancerName is as the controller makes it: k8s-<namespace>-<name>-<hash>, each part cut.
func balancerName(service *kubeObject) string {
	short := func(text string) string {
		bare := strings.ReplaceAll(text, "-", "")
		return bare[:min(8, len(bare))]
	}
	return "k8s-" + short(service.Namespace()) + "-" + short(service.Name()) + "-" + digest(10, service.ID(), service.Text("metadata", "uid"))
}

// vpc is the cluster's.
func (k *kubeAPI) vpc() string {
	for _, subnet := range k.cluster.Texts("vpcConfig.subnetIds") {
		if found := k.model.find(k.at, typeSubnet, subnet); found != nil {
			return found.Text("vpcId")
		}
	}
	return ""
}

// balancerSubnets are the subnets a balancer goes into: those it is told, or those tagged for its kind, one a zone.
func (k *kubeAPI) balancerSubnets(service *kubeObject, internal bool) []string {
	if given := service.Annotation(balancerPrefix + "subnets"); given != "" {
		var found []string
		for _, name := range strings.Split(given, ",") {
			if subnet := k.model.find(k.at, typeSubnet, strings.TrimSpace(name)); subnet != nil {
				found = append(found, subnet.ID)
			}
		}
		return found
	}
	role := "kubernetes.io/role/elb"
	if internal {
		role = "kubernetes.io/role/internal-elb"
	}
	byZone := map[string]string{}
	var found []string
	for _, subnet := range k.tagged(typeSubnet, map[string]string{role: "1"}) {
		zone := subnet.Text("availabilityZone")
		if subnet.Text("vpcId") == k.vpc() && byZone[zone] == "" {
			byZone[zone] = subnet.ID
			found = append(found, subnet.ID)
		}
	}
	return found
}

// balanceGrants are the calls that make a balancer.
// https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
func (k *kubeAPI) balanceGrants(name string, tags map[string]string) []grant {
	group := k.arn("ec2", "security-group/sg-00000000000000000")
	balancer := k.arn("elasticloadbalancing", "loadbalancer/net/"+name+"/0000000000000000")
	targets := k.arn("elasticloadbalancing", "targetgroup/"+name+"/0000000000000000")
	creates := func(action string) map[string][]string {
		service, verb, _ := strings.Cut(action, ":")
		return map[string][]string{service + ":CreateAction": {verb}}
	}
	vpc := k.arn("ec2", "vpc/"+k.vpc())
	return []grant{
		{action: "ec2:DescribeSubnets", resource: "*"}, {action: "ec2:DescribeSecurityGroups", resource: "*"},
		{action: "elasticloadbalancing:DescribeLoadBalancers", resource: "*"},
		{action: "elasticloadbalancing:DescribeTargetGroups", resource: "*"},
		{action: "ec2:CreateSecurityGroup", resource: group, asks: tags}, {action: "ec2:CreateSecurityGroup", resource: vpc, asks: tags},
		{action: "ec2:CreateTags", resource: group, asks: tags, context: creates("ec2:CreateSecurityGroup")},
		{
			action: "ec2:AuthorizeSecurityGroupIngress", resource: group, has: tags,
			context: map[string][]string{"ec2:Vpc": {vpc}},
		},
		{action: "elasticloadbalancing:CreateTargetGroup", resource: targets, asks: tags},
		{action: "elasticloadbalancing:AddTags", resource: targets, asks: tags, context: creates("elasticloadbalancing:CreateTargetGroup")},
		{action: "elasticloadbalancing:CreateLoadBalancer", resource: balancer, asks: tags},
		{action: "elasticloadbalancing:AddTags", resource: balancer, asks: tags, context: creates("elasticloadbalancing:CreateLoadBalancer")},
		{action: "elasticloadbalancing:CreateListener", resource: balancer, asks: tags, has: tags},
		{action: "elasticloadbalancing:ModifyLoadBalancerAttributes", resource: balancer, has: tags},
		{action: "elasticloadbalancing:RegisterTargets", resource: targets, has: tags},
	}
}

func (k *kubeAPI) buildBalancer(service *kubeObject, name string, subnets []string, internal bool, tags map[string]string) error {
	group, err := k.grow("aws:ec2/securityGroup:SecurityGroup", map[string]any{
		"name": name, "vpcId": k.vpc(), "description": "[k8s] Managed SecurityGroup for LoadBalancer", "tags": tagValues(tags),
	})
	if err != nil {
		return err
	}
	balancer, err := k.grow(typeBalancer, map[string]any{
		"name": name, "loadBalancerType": "network", "internal": internal, "subnets": anyTexts(subnets), "securityGroups": []any{group.ID},
		"enableDeletionProtection": strings.Contains(service.Annotation(balancerPrefix+"attributes"), "deletion_protection.enabled=true"),
		"tags":                     tagValues(tags),
	})
	if err != nil {
		return err
	}
	for _, port := range service.Objects("spec", "ports") {
		number := port.Number(0, "port")
		kind := cmp.Or(service.Annotation(balancerPrefix+"nlb-target-type"), "instance")
		targets, err := k.grow(typeTargetGroup, map[string]any{
			"name": fmt.Sprintf("%s-%d", name[:min(len(name), 26)], number), "port": float64(number), "protocol": "TCP", "targetType": kind,
			"vpcId": k.vpc(), "tags": tagValues(tags),
		})
		if err != nil {
			return err
		}
		if _, err := k.grow(typeListener, map[string]any{
			"loadBalancerArn": balancer.ID, "port": float64(number), "protocol": "TCP", "tags": tagValues(tags),
			"defaultActions": []any{map[string]any{"type": "forward", "targetGroupArn": targets.ID}},
		}); err != nil {
			return err
		}
	}
	for _, subnet := range subnets {
		if _, err := k.grow(typeInterface, map[string]any{
			"subnetId": subnet, "securityGroups": []any{group.ID}, "description": "ELB " + balancer.Text("arnSuffix"),
			"interfaceType": "network_load_balancer",
		}); err != nil {
			return err
		}
	}
	return nil
}

// unbalance takes a Service's balancer away, or says why it cannot.
func (k *kubeAPI) unbalance(service *kubeObject, caller *identity) string {
	mine := map[string]string{clusterTag: k.cluster.Text("name"), stackTag: service.ID()}
	var gone []*Resource
	for _, balancer := range k.tagged(typeBalancer, mine) {
		tags := tagsOf(balancer.Properties)
		if refused := k.refusedGrant(caller,
			grant{action: "elasticloadbalancing:DeleteLoadBalancer", resource: balancer.ID, has: tags}); refused != "" {
			return "Failed deploy model due to " + refused
		}
		for _, plug := range k.inventory.sorted() {
			if plug.Type == typeInterface && plug.URN == "" && plug.Text("description") == "ELB "+balancer.Text("arnSuffix") {
				gone = append(gone, plug)
			}
		}
		if err := k.wither(balancer); err != nil { // its listeners go with it
			return "Failed deploy model due to " + err.Error()
		}
	}
	for _, targets := range k.tagged(typeTargetGroup, mine) {
		gone = append(gone, targets)
		if refused := k.refusedGrant(caller, grant{
			action: "elasticloadbalancing:DeleteTargetGroup", resource: targets.ID, has: tagsOf(targets.Properties)}); refused != "" {
			return "Failed deploy model due to " + refused
		}
	}
	for _, group := range k.tagged("aws:ec2/securityGroup:SecurityGroup", mine) {
		gone = append(gone, group)
		if refused := k.refusedGrant(caller, grant{
			action: "ec2:DeleteSecurityGroup", resource: group.Text("arn"), has: tagsOf(group.Properties)}); refused != "" {
			return "Failed deploy model due to " + refused
		}
	}
	for _, record := range gone {
		if err := k.wither(record); err != nil {
			return "Failed deploy model due to " + err.Error()
		}
	}
	return ""
}

func anyTexts(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
