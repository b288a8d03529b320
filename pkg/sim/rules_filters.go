package sim

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// rulesPerGroup is the default quota for each direction and address family.
const rulesPerGroup = 60

// entriesPerACL is the default quota for each direction.
const entriesPerACL = 20

var (
	groupNamePattern = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$`)
	groupTextPattern = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$`)
	aclAction        = oneOf("allow", "deny", "ALLOW", "DENY")
	groupDescription = matching(groupTextPattern, "at most 255 letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*")
)

var groupName = textual(func(name string) string {
	switch {
	case !groupNamePattern.MatchString(name):
		return fmt.Sprintf("%q must have 1 to 255 letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*", name)
	case name == "default" || strings.HasPrefix(name, "sg-"):
		return fmt.Sprintf("%q must not be \"default\" and must not begin with \"sg-\"", name)
	}
	return ""
})

// defaultGroupID is the id of the group that came with the VPC.
func defaultGroupID(r *request) resource.PropertyValue {
	if vpc := r.Find(typeVpc, r.Text("vpcId")); vpc != nil {
		return resource.NewProperty(vpc.Text("defaultSecurityGroupId"))
	}
	// There is no such VPC; the reference to it is refused in a moment.
	return resource.NewProperty("sg-0" + digest(16, r.Text("vpcId")))
}

// groupPeers are the properties one of which says who a security group rule is about.
var groupPeers = []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"}

func groupRuleHasOnePeer(r *request) *Error {
	if found := givenOf(r, groupPeers); len(found) > 1 {
		return refuse("InvalidParameterCombination", "give one peer, not %s", strings.Join(found, " and "))
	}
	return nil
}

func groupRulePorts(r *request) *Error {
	from, to := r.Number("fromPort"), r.Number("toPort")
	ports := r.Has("fromPort") || r.Has("toPort")
	switch protocol := r.Text("ipProtocol"); {
	case protocol == "-1" && ports && (from != -1 || to != -1):
		return refuse("InvalidParameterValue", "You may not specify ports when specifying all protocols.")
	case (protocol == "tcp" || protocol == "udp" || protocol == "6" || protocol == "17") && r.Has("fromPort") != r.Has("toPort"):
		return refuse("MissingParameter", "give fromPort and toPort, or neither")
	case ports && protocol != "icmp" && protocol != "icmpv6" && from > to:
		return refuse("InvalidParameterValue", "Invalid TCP/UDP port range (%d:%d)", from, to)
	}
	return nil
}

// ruleKey is what makes two rules of a group the same to EC2; the description is not part of it.
func ruleKey(values resource.PropertyMap) string {
	port := func(name string) string {
		if !has(values, name) {
			return "-1"
		}
		return strconv.Itoa(number(values, name))
	}
	return strings.Join([]string{protocolOf(values), port("fromPort"), port("toPort"), peerOf(values)}, "|")
}

func protocolOf(values resource.PropertyMap) string {
	name := strings.ToLower(text(values, "ipProtocol"))
	return cmp.Or(map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}[name], name)
}

func peerOf(values resource.PropertyMap) string {
	for _, property := range groupPeers {
		if peer := text(values, property); peer != "" {
			return peer
		}
	}
	return ""
}

func groupRuleIsNew(r *request) *Error {
	if peerOf(r.New) == "" {
		return refuse("MissingParameter", "The request must contain a peer: a CIDR block, a prefix list or a security group")
	}
	for _, other := range r.Siblings(r.Type.Token, "securityGroupId") {
		if ruleKey(other.Properties) == ruleKey(r.New) {
			return refuse("InvalidPermission.Duplicate", "the specified rule %q already exists", ruleText(r))
		}
	}
	return nil
}

// ruleText is a rule as EC2 writes it in messages.
func ruleText(r *request) string {
	parts := []string{"peer: " + peerOf(r.New), strings.ToUpper(protocolOf(r.New))}
	if protocolOf(r.New) == "-1" {
		parts[1] = "ALL"
	} else if r.Has("fromPort") {
		parts = append(parts, fmt.Sprintf("from port: %d", r.Number("fromPort")), fmt.Sprintf("to port: %d", r.Number("toPort")))
	}
	return strings.Join(append(parts, "ALLOW"), ", ")
}

// groupRulesFit counts what EC2 counts: a group as the peer for both families, a list as many as it may have.
func groupRulesFit(r *request) *Error {
	group := r.Text("securityGroupId")
	for _, sixth := range []bool{false, true} {
		own := r.cloud.weighs(r.place, r.New, sixth)
		if r.Op == opUpdate { // it is counted already, as it was
			own -= r.cloud.weighs(r.place, r.Old, sixth)
		}
		if own > 0 && r.cloud.rulesOf(r.Type.Token, group, sixth)+own > r.cloud.mostRules() {
			return refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
		}
	}
	return nil
}

func inlineRulesAreFew(r *request) *Error {
	for _, direction := range []string{"ingress", "egress"} {
		if rules := r.New[resource.PropertyKey(direction)]; rules.IsArray() && len(rules.ArrayValue()) > rulesPerGroup {
			return refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
		}
	}
	return nil
}

// aclEntriesAreFew also refuses two entries of one number.
func aclEntriesAreFew(r *request) *Error {
	for _, direction := range []string{"ingress", "egress"} {
		numbers := map[int]bool{}
		var refused *Error
		visit(r.New, direction, func(entry resource.PropertyValue) {
			if !entry.IsObject() || refused != nil {
				return
			}
			if at := number(entry.ObjectValue(), "ruleNo"); numbers[at] {
				refused = refuse("NetworkAclEntryAlreadyExists", "The network acl entry identified by %d already exists.", at)
			} else {
				numbers[at] = true
			}
		})
		if refused == nil && len(numbers) > entriesPerACL {
			refused = refuse("NetworkAclEntryLimitExceeded", "The maximum number of network ACL entries has been reached.")
		}
		if refused != nil {
			return refused
		}
	}
	return nil
}

// aclRuleID is the provider's own: AWS gives entries none.
func aclRuleID(r *request) resource.PropertyValue {
	return resource.NewProperty("nacl-" + digest(10, r.Text("networkAclId"), strconv.Itoa(r.Number("ruleNumber")), strconv.FormatBool(r.Flag("egress"))))
}

func aclEntryIsNew(r *request) *Error {
	taken := func(at int, egress bool) bool { return at == r.Number("ruleNumber") && egress == r.Flag("egress") }
	found := false
	for _, other := range r.Siblings(typeACLRule, "networkAclId") {
		found = found || taken(other.Number("ruleNumber"), other.Flag("egress"))
	}
	if acl := r.Find(kindNetworkACL, r.Text("networkAclId")); acl != nil {
		for direction, egress := range map[string]bool{"ingress": false, "egress": true} {
			visit(acl.Properties, direction, func(entry resource.PropertyValue) {
				found = found || entry.IsObject() && taken(number(entry.ObjectValue(), "ruleNo"), egress)
			})
		}
	}
	if found {
		return refuse("NetworkAclEntryAlreadyExists", "The network acl entry identified by %d already exists.", r.Number("ruleNumber"))
	}
	return nil
}

func aclStaysHome(r *request) *Error {
	acl, subnet := r.Text("networkAclId"), r.Text("subnetId")
	found := r.Find(kindNetworkACL, acl)
	if found != nil && vpcOfSubnet(r, subnet) != found.Text("vpcId") {
		return refuse("InvalidParameterValue", "Network ACL %s and subnet %s belong to different networks", acl, subnet)
	}
	return nil
}

// subnetHasNoACL refuses a second association of a subnet. AWS would let it take the place of the first, and the program
// that made both would undo the one with the other at every update.
func subnetHasNoACL(r *request) *Error {
	if others := r.Siblings(typeACLAssociation, "subnetId"); len(others) > 0 {
		return refuse("Resource.AlreadyAssociated", "the subnet %s has the network ACL association %s already", r.Text("subnetId"), others[0].ID)
	}
	return nil
}
