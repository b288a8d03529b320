package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// listVersion is raised by every change.
func listVersion(r *request) resource.PropertyValue {
	if r.Op == opUpdate {
		return resource.NewProperty(float64(number(r.Old, "version") + 1))
	}
	return resource.NewProperty(1.0)
}

func listNameIsOurs(r *request) *Error {
	if strings.HasPrefix(r.Text("name"), "com.amazonaws") {
		return refuse("InvalidParameterValue", "The prefix list name %s cannot start with com.amazonaws", r.Text("name"))
	}
	return nil
}

// listEntriesFit refuses too many entries, two of one block, and blocks of the other family or with host bits.
func listEntriesFit(r *request) *Error {
	var blocks []string
	var refused *Error
	visit(r.New, "entries.cidr", func(value resource.PropertyValue) {
		if !value.IsString() || refused != nil {
			return
		}
		block := value.StringValue()
		prefix, err := netip.ParsePrefix(block)
		switch {
		case err != nil || prefix != prefix.Masked() || prefix.Addr().Is4() != (r.Text("addressFamily") == "IPv4"):
			refused = refuse("InvalidParameterValue", "The CIDR %s is not a valid %s block", block, r.Text("addressFamily"))
		case slices.Contains(blocks, block):
			refused = refuse("InvalidParameterValue", "The CIDR %s is specified more than once", block)
		}
		blocks = append(blocks, block)
	})
	if refused == nil && r.Has("maxEntries") && len(blocks) > r.Number("maxEntries") {
		refused = refuse("PrefixListMaxEntriesExceeded", "You've reached the maximum number of entries for the prefix list: %d", r.Number("maxEntries"))
	}
	return refused
}

// listUsersHaveRoom refuses to raise a list beyond what a group that names it has room for: each of the group's rules that
// name it counts all of it.
func listUsersHaveRoom(r *request) *Error {
	raised, sixth := r.Number("maxEntries")-number(r.Old, "maxEntries"), r.Text("addressFamily") == "IPv6"
	if raised <= 0 {
		return nil
	}
	for _, direction := range []string{typeIngressRule, typeEgressRule} {
		more := map[string]int{}
		for _, rule := range r.Everywhere(direction) {
			if rule.Text("prefixListId") == r.ID {
				more[rule.Text("securityGroupId")] += raised
			}
		}
		for group, count := range more {
			if r.cloud.rulesOf(direction, group, sixth)+count > r.cloud.mostRules() {
				return refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
			}
		}
	}
	return nil
}

// awsPrefixListID is the id of a list of AWS's, which has eight digits.
func awsPrefixListID(region, service string) string {
	return "pl-" + digest(8, region, awsPrefixListName(region, service))
}

func awsPrefixListName(region, service string) string {
	if service == "cloudfront.origin-facing" { // of no region
		region = "global"
	}
	return "com.amazonaws." + region + "." + service
}

// isAWSPrefixList says which of AWS's lists of a region an id is.
func isAWSPrefixList(region, id string) (weight int, found bool) {
	for service, weight := range awsPrefixLists {
		if awsPrefixListID(region, service) == id {
			return weight, true
		}
	}
	return 0, false
}

// mostRules is the quota of a security group for each direction and family.
func (m *model) mostRules() int {
	if raised, ok := m.quotas["RulesPerSecurityGroupLimitExceeded"]; ok {
		return raised
	}
	return rulesPerGroup
}

// rulesOf counts a group's rules of a direction that a family is about. A group as the peer counts for both, a list as many
// as it may have.
func (m *model) rulesOf(direction, group string, sixth bool) int {
	count := 0
	for _, rule := range m.inventory.sorted() {
		if rule.Type == direction && rule.Text("securityGroupId") == group {
			count += m.weighs(rule.place(), rule.Properties, sixth)
		}
	}
	return count
}

// weighs is what one rule counts for a family.
func (m *model) weighs(at place, rule resource.PropertyMap, sixth bool) int {
	list := text(rule, "prefixListId")
	switch {
	case text(rule, "cidrIpv4") != "":
		return map[bool]int{false: 1}[sixth]
	case text(rule, "cidrIpv6") != "":
		return map[bool]int{true: 1}[sixth]
	case list == "":
		return 1
	}
	if weight, aws := isAWSPrefixList(at.Region, list); aws {
		return map[bool]int{false: weight}[sixth]
	}
	found := m.find(at, typePrefixList, list)
	if found == nil || (found.Text("addressFamily") == "IPv6") != sixth {
		return 0
	}
	return found.Number("maxEntries")
}

// getManagedPrefixList finds a list by its name or id: AWS's own, or one that is seen here.
func getManagedPrefixList(s *session, args resource.PropertyMap) (map[string]any, *Error) {
	name, id := text(args, "name"), text(args, "id")
	for service, weight := range awsPrefixLists {
		if own := awsPrefixListID(s.Region, service); own == id || awsPrefixListName(s.Region, service) == name {
			return map[string]any{
				"id": own, "name": awsPrefixListName(s.Region, service), "addressFamily": "IPv4", "maxEntries": weight, "ownerId": "AWS", "version": 1,
				"arn": fmt.Sprintf("arn:%s:ec2:%s:aws:prefix-list/%s", s.Partition, s.Region, own), "entries": []any{}, "tags": map[string]any{},
			}, nil
		}
	}
	return nil, refuse("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", name+id)
}
