package sim

import (
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/sim/kube"
)

const (
	poolGroup, classGroup  = "karpenter.sh", "karpenter.k8s.aws"
	claimHold, classHold   = "karpenter.sh/termination", "karpenter.k8s.aws/termination"
	foregroundHold         = "foregroundDeletion"
	poolLabel              = "karpenter.sh/nodepool"
	claimTag, ownedCluster = "karpenter.sh/nodeclaim", "kubernetes.io/cluster/"
)

// runKarpenter launches and ends nodes, as long as Karpenter runs and may: one node for every pool, since something will
// want it. A pool that is deleted in the foreground waits for its nodes.
func (k *kubeAPI) runKarpenter() {
	workload, why := k.running(kube.Karpenter)
	if why == "" {
		var caller *identity
		if caller, why = k.credentials(workload); why == "" {
			for _, class := range k.each(classGroup, "EC2NodeClass") {
				k.runClass(class, caller)
			}
			for _, pool := range k.each(poolGroup, "NodePool") {
				k.runPool(pool, caller)
			}
			for _, claim := range k.each(poolGroup, "NodeClaim") {
				k.endClaim(claim, caller)
			}
			for _, class := range k.each(classGroup, "EC2NodeClass") {
				k.endClass(class, caller)
			}
		}
	}
	for _, pool := range k.each(poolGroup, "NodePool") {
		k.endPool(pool)
	}
}

// runClass says whether a node class can be used: its subnets, its groups and its role are found.
func (k *kubeAPI) runClass(class *kubeObject, caller *identity) {
	if class.Deleting() {
		return
	}
	class.Hold(classHold)
	k.put(class)
	role := class.Text("spec", "role")
	switch {
	case len(k.selected(typeSubnet, class.Objects("spec", "subnetSelectorTerms"))) == 0:
		k.says(class, "SubnetSelector did not match any Subnets")
	case len(k.selectedGroups(class)) == 0:
		k.says(class, "SecurityGroupSelector did not match any SecurityGroups")
	case !class.Has("spec", "amiSelectorTerms"):
		k.says(class, "AMISelector did not match any AMIs")
	case class.Text("spec", "instanceProfile") != "":
		k.says(class, "")
	case strings.Contains(role, "/") || k.roleNamed(role) == nil:
		k.says(class, fmt.Sprintf("Role %q does not exist", role))
	default:
		against := k.refusedGrant(caller, grant{action: "eks:DescribeCluster", resource: k.cluster.Text("arn")},
			grant{action: "ec2:DescribeInstanceTypes", resource: "*"}, grant{action: "ec2:DescribeImages", resource: "*"})
		if against == "" {
			against = k.profile(class, caller)
		}
		k.says(class, against)
	}
}

func (k *kubeAPI) roleNamed(name string) *Resource {
	for _, record := range k.inventory.sorted() {
		if record.Type == roleToken && record.Account == k.at.Account && record.Text("name") == name {
			return record
		}
	}
	return nil
}

func (k *kubeAPI) profileTags(class *kubeObject) map[string]string {
	return map[string]string{
		ownedCluster + k.cluster.Text("name"): "owned", "eks:eks-cluster-name": k.cluster.Text("name"),
		"topology.kubernetes.io/region": k.at.Region, "karpenter.k8s.aws/ec2nodeclass": class.Name(),
	}
}

func (k *kubeAPI) profileName(class *kubeObject) string {
	return k.cluster.Text("name") + "_" + digest(20, k.at.Region, class.Name())
}

// profile makes the instance profile of a class, or says why it cannot.
func (k *kubeAPI) profile(class *kubeObject, caller *identity) string {
	name, tags := k.profileName(class), k.profileTags(class)
	if k.model.find(place{Account: k.at.Account}, typeProfile, name) != nil {
		return ""
	}
	arn := "arn:" + k.at.Partition + ":iam::" + k.at.Account + ":instance-profile/" + name
	passed := map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}
	if refused := k.refusedGrant(caller,
		grant{action: "iam:GetInstanceProfile", resource: arn},
		grant{action: "iam:CreateInstanceProfile", resource: arn, asks: tags},
		grant{action: "iam:TagInstanceProfile", resource: arn, asks: tags, has: tags},
		grant{action: "iam:AddRoleToInstanceProfile", resource: arn, has: tags},
		grant{action: "iam:PassRole", resource: k.roleNamed(class.Text("spec", "role")).Text("arn"), context: passed},
	); refused != "" {
		return "creating instance profile: " + refused
	}
	if _, err := k.grow(typeProfile, map[string]any{"name": name, "role": class.Text("spec", "role"), "tags": tagValues(tags)}); err != nil {
		return err.Error()
	}
	return ""
}

// selected are the resources of a type that any of a class's terms means, by id or by tags.
func (k *kubeAPI) selected(token string, terms []kube.Object) []*Resource {
	var found []*Resource
	for _, record := range k.inventory.sorted() {
		if record.Type != token || !record.seenFrom(k.at) {
			continue
		}
		if slices.ContainsFunc(terms, func(term kube.Object) bool { return meant(term, record) }) {
			found = append(found, record)
		}
	}
	return found
}

func meant(term kube.Object, record *Resource) bool {
	if id := term.Text("id"); id != "" {
		return id == record.ID
	}
	if name := term.Text("name"); name != "" && name != record.Text("name") {
		return false
	}
	tags := tagsOf(record.Properties)
	for key, value := range term.Map("tags") {
		own, tagged := tags[key]
		if !tagged || (value != "*" && own != value) {
			return false
		}
	}
	return len(term) > 0
}

// selectedGroups are the ids of a class's security groups: the one EKS made for the cluster is no resource of its own.
func (k *kubeAPI) selectedGroups(class *kubeObject) []string {
	var ids []string
	terms := class.Objects("spec", "securityGroupSelectorTerms")
	for _, term := range terms {
		if id := term.Text("id"); id != "" && (id == k.clusterGroup() || k.model.exists(k.at, id)) {
			ids = append(ids, id)
		}
	}
	for _, group := range k.selected("aws:ec2/securityGroup:SecurityGroup", terms) {
		if !slices.Contains(ids, group.ID) {
			ids = append(ids, group.ID)
		}
	}
	return ids
}

// clusterGroup is the security group that EKS made for the cluster.
func (k *kubeAPI) clusterGroup() string {
	for _, id := range k.cluster.Texts("vpcConfig.clusterSecurityGroupId") {
		return id
	}
	return ""
}

// runPool says whether a pool can be used, and launches its first node.
func (k *kubeAPI) runPool(pool *kubeObject, caller *identity) {
	if pool.Deleting() {
		return
	}
	name := pool.Text("spec", "template", "spec", "nodeClassRef", "name")
	class := k.find(classGroup, "EC2NodeClass", "", name)
	if !ready(class) || class.Deleting() {
		k.says(pool, fmt.Sprintf("NodeClass %q is not ready", name))
		return
	}
	if len(k.claims(pool)) == 0 {
		if why := k.launch(pool, class, caller); why != "" {
			k.says(pool, "creating nodeclaim, launching instance: "+why)
			return
		}
	}
	k.says(pool, "")
}

// claims are a pool's nodes.
func (k *kubeAPI) claims(pool *kubeObject) []*kubeObject {
	return slices.DeleteFunc(k.each(poolGroup, "NodeClaim"), func(claim *kubeObject) bool { return claim.Label(poolLabel) != pool.Name() })
}

// capacity is spot where the pool allows it: it is cheaper.
func capacity(pool *kubeObject) string {
	for _, requirement := range pool.Objects("spec", "template", "spec", "requirements") {
		if requirement.Text("key") == "karpenter.sh/capacity-type" && !slices.Contains(requirement.Texts("values"), "spot") {
			return "on-demand"
		}
		if requirement.Text("key") == "karpenter.sh/capacity-type" {
			return "spot"
		}
	}
	return "on-demand"
}

func (k *kubeAPI) launch(pool, class *kubeObject, caller *identity) string {
	subnets := k.selected(typeSubnet, class.Objects("spec", "subnetSelectorTerms"))
	subnet := subnets[0]
	name := pool.Name() + "-" + digest(5, k.cluster.ID, pool.Name(), pool.Text("metadata", "uid"))
	tags := map[string]string{
		ownedCluster + k.cluster.Text("name"): "owned", "eks:eks-cluster-name": k.cluster.Text("name"), poolLabel: pool.Name(), claimTag: name,
		"karpenter.k8s.aws/ec2nodeclass": class.Name(), "Name": name,
	}
	for key, value := range class.Map("spec", "tags") {
		tags[key] = fmt.Sprint(value)
	}
	groups := k.selectedGroups(class)
	if refused := k.refusedGrant(caller, k.launchGrants(class, subnet.ID, groups, tags)...); refused != "" {
		return refused
	}
	profile := class.Text("spec", "instanceProfile")
	if profile == "" {
		profile = k.profileName(class)
	}
	inputs := map[string]any{
		"subnetId": subnet.ID, "vpcSecurityGroupIds": anyTexts(groups), "instanceType": "m6i.large", "iamInstanceProfile": profile, "tags": tagValues(tags),
	}
	if capacity(pool) == "spot" {
		inputs["instanceMarketOptions"] = map[string]any{"marketType": "spot"}
	}
	instance, err := k.grow(typeInstance, inputs)
	if err != nil {
		return err.Error()
	}
	if _, err := k.grow(typeInterface, map[string]any{
		"subnetId": subnet.ID, "securityGroups": anyTexts(groups), "description": "aws-K8S-" + instance.ID, "tags": tagValues(tags),
		"attachments": []any{map[string]any{"instance": instance.ID, "deviceIndex": 0.0}},
	}); err != nil {
		return err.Error()
	}
	k.claim(pool, name, instance, subnet.Text("availabilityZone"), k.joins(class))
	return ""
}

// launchGrants are the calls that start an instance.
// https://karpenter.sh/docs/reference/cloudformation/#karpentercontrollerpolicy
func (k *kubeAPI) launchGrants(class *kubeObject, subnet string, groups []string, tags map[string]string) []grant {
	template := k.arn("ec2", "launch-template/lt-00000000000000000")
	calls := []grant{
		{action: "ec2:DescribeSubnets", resource: "*"}, {action: "ec2:DescribeInstanceTypes", resource: "*"},
		{action: "ec2:CreateLaunchTemplate", resource: template, asks: tags},
	}
	for _, action := range []string{"ec2:RunInstances", "ec2:CreateFleet"} {
		calls = append(calls, grant{action: action, resource: k.arn("ec2", "subnet/"+subnet)}, grant{action: action, resource: template, has: tags, asks: tags},
			grant{action: action, resource: "arn:" + k.at.Partition + ":ec2:" + k.at.Region + "::image/ami-00000000000000000"})
		for _, group := range groups {
			calls = append(calls, grant{action: action, resource: k.arn("ec2", "security-group/"+group)})
		}
		for _, made := range []string{"instance/i-00000000000000000", "volume/vol-00000000000000000", "network-interface/eni-00000000000000000", "fleet/fleet-0"} {
			_, verb, _ := strings.Cut(action, ":")
			calls = append(calls, grant{action: action, resource: k.arn("ec2", made), asks: tags},
				grant{action: "ec2:CreateTags", resource: k.arn("ec2", made), asks: tags, context: map[string][]string{"ec2:CreateAction": {verb}}})
		}
	}
	if role := k.roleNamed(class.Text("spec", "role")); role != nil {
		calls = append(calls, grant{
			action: "iam:PassRole", resource: role.Text("arn"), context: map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}}})
	}
	return calls
}

// joins says whether the cluster lets nodes of a class in: their role has an access entry, declared or of a node group's.
func (k *kubeAPI) joins(class *kubeObject) bool {
	if k.open {
		return true
	}
	role := k.roleNamed(class.Text("spec", "role"))
	if role == nil {
		return class.Text("spec", "instanceProfile") != ""
	}
	return slices.ContainsFunc(append(k.ofCluster(typeAccessEntry), k.ofCluster(typeNodeGroup)...), func(r *Resource) bool {
		return r.Text("principalArn") == role.Text("arn") && r.Text("type") != "STANDARD" || r.Text("nodeRoleArn") == role.Text("arn")
	})
}

func (k *kubeAPI) claim(pool *kubeObject, name string, instance *Resource, zone string, joined bool) {
	labels := map[string]any{
		poolLabel: pool.Name(), kube.ZoneLabel: zone, "kubernetes.io/os": "linux", "karpenter.sh/capacity-type": capacity(pool),
	}
	for key, value := range pool.Map("spec", "template", "metadata", "labels") {
		labels[key] = value
	}
	k.made(kube.Object{
		"apiVersion": "karpenter.sh/v1", "kind": "NodeClaim",
		"metadata": map[string]any{"name": name, "labels": labels, "finalizers": []any{claimHold}},
		"spec": map[string]any{
			"taints": pool.At("spec", "template", "spec", "taints"), "nodeClassRef": pool.At("spec", "template", "spec", "nodeClassRef"),
		},
		"status": map[string]any{"providerID": "aws:///" + zone + "/" + instance.ID, "instance": instance.ID, "registered": joined},
	})
}

// endClaim ends a node that is to go. One deleted in the background drains while others go on: it is ended later.
func (k *kubeAPI) endClaim(claim *kubeObject, caller *identity) {
	if !claim.Deleting() || claim.drains {
		return
	}
	id := claim.Text("status", "instance")
	if instance := k.model.find(k.at, typeInstance, id); instance != nil {
		if refused := k.refusedGrant(caller, grant{
			action: "ec2:TerminateInstances", resource: instance.Text("arn"), has: tagsOf(instance.Properties)}); refused != "" {
			claim.Set(refused, kube.Simulation, "event")
			return
		}
		for _, record := range k.inventory.sorted() {
			if record.Type == typeInterface && record.URN == "" && record.Text("description") == "aws-K8S-"+id {
				if k.wither(record) != nil {
					return
				}
				break
			}
		}
		if k.wither(instance) != nil {
			return
		}
	}
	k.drop(claim)
}

// endPool lets a pool go once its nodes are gone.
func (k *kubeAPI) endPool(pool *kubeObject) {
	if pool.Deleting() && len(k.claims(pool)) == 0 {
		k.drop(pool)
	}
}

// endClass lets a class go once nothing uses it, and its instance profile with it.
func (k *kubeAPI) endClass(class *kubeObject, caller *identity) {
	if !class.Deleting() {
		return
	}
	for _, claim := range k.each(poolGroup, "NodeClaim") {
		if claim.Text("spec", "nodeClassRef", "name") == class.Name() {
			return
		}
	}
	if profile := k.model.find(place{Account: k.at.Account}, typeProfile, k.profileName(class)); profile != nil {
		arn, tags := profile.Text("arn"), tagsOf(profile.Properties)
		refused := k.refusedGrant(caller, grant{action: "iam:RemoveRoleFromInstanceProfile", resource: arn, has: tags},
			grant{action: "iam:DeleteInstanceProfile", resource: arn, has: tags})
		if refused != "" || k.wither(profile) != nil {
			return
		}
	}
	k.drop(class)
}

// removePool deletes a pool: in the foreground it waits for its nodes, in the background they are left to drain.
func (k *kubeAPI) removePool(pool *kubeObject) {
	background := pool.Annotation("pulumi.com/deletionPropagationPolicy") == "background"
	for _, claim := range k.claims(pool) {
		claim.Set(creationDate, "metadata", "deletionTimestamp")
		claim.drains = background
		k.put(claim)
	}
	if background || len(k.claims(pool)) == 0 {
		k.drop(pool)
		return
	}
	pool.Hold(foregroundHold)
	pool.Set(creationDate, "metadata", "deletionTimestamp")
	k.put(pool)
}
