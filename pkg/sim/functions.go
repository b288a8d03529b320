package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// function answers one data source.
type function func(s *session, args resource.PropertyMap) (map[string]any, *Error)

// functions are the data sources the simulated cloud answers.
func functions() map[string]function {
	return map[string]function{
		"aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
		"aws:index/getCallerIdentity:getCallerIdentity":       getCallerIdentity,
		"aws:index/getPartition:getPartition":                 getPartition,
		"aws:index/getRegion:getRegion":                       getRegion,
		"aws:ec2/getManagedPrefixList:getManagedPrefixList":   getManagedPrefixList,
		"aws:ssoadmin/getInstances:getInstances":              getInstances,
	}
}

// invoke checks a data source's arguments and answers it.
func (m *model) invoke(s *session, token string, args resource.PropertyMap) (resource.PropertyMap, []Failure, error) {
	pkg, _, _ := strings.Cut(token, ":")
	answer := functions()[token]
	if m.registry.schemas[pkg] == nil || answer == nil {
		return nil, nil, fmt.Errorf("the simulated cloud has no function %s; add it to pkg/sim/functions.go", token)
	}
	schema := m.registry.schemas[pkg]
	args = plainMap(args)
	checker := checker{types: schema.Types}
	checker.object("", schema.Functions[token].Inputs, args)
	if failures := checker.sorted(); len(failures) > 0 {
		return nil, failures, nil
	}
	result, refused := answer(s, args)
	if refused != nil {
		return nil, nil, refused
	}
	return resource.NewPropertyMapFromMap(result), nil, nil
}

func getCallerIdentity(s *session, _ resource.PropertyMap) (map[string]any, *Error) {
	return map[string]any{
		"accountId": s.Account, "arn": s.caller.ARN, "id": s.Account, "userId": s.caller.UserID,
	}, nil
}

func getPartition(s *session, _ resource.PropertyMap) (map[string]any, *Error) {
	suffix := "amazonaws.com"
	if s.Partition == "aws-cn" {
		suffix += ".cn"
	}
	labels := strings.Split(suffix, ".")
	slices.Reverse(labels)
	return map[string]any{
		"dnsSuffix": suffix, "id": s.Partition, "partition": s.Partition, "reverseDnsPrefix": strings.Join(labels, "."),
	}, nil
}

func getRegion(s *session, args resource.PropertyMap) (map[string]any, *Error) {
	name := s.Region
	if asked := text(args, "name"); asked != "" {
		name = asked
	}
	return map[string]any{
		"description": name, "endpoint": "ec2." + name + ".amazonaws.com", "id": name, "name": name,
	}, nil
}

func getAvailabilityZones(s *session, args resource.PropertyMap) (map[string]any, *Error) {
	names, ids := []any{}, []any{}
	for _, zone := range zonesOf(s.Region) {
		id := zoneIDOf(zone)
		if slices.Contains(texts(args, "excludeNames"), zone) || slices.Contains(texts(args, "excludeZoneIds"), id) ||
			!passes(args["filters"], zone, id, s.Region) {
			continue
		}
		names, ids = append(names, zone), append(ids, id)
	}
	result := args.Mappable()
	result["id"], result["names"], result["zoneIds"], result["groupNames"] = s.Region, names, ids, []any{s.Region}
	return result, nil
}

// passes applies the filters of DescribeAvailabilityZones; every simulated zone is an ordinary, available one.
func passes(filters resource.PropertyValue, zone, id, region string) bool {
	facts := map[string]string{
		"zone-name": zone, "zone-id": id, "region-name": region, "state": "available", "group-name": region,
		"opt-in-status": "opt-in-not-required", "zone-type": "availability-zone",
	}
	accepted := true
	each(filters, func(filter resource.PropertyValue) {
		if filter.IsObject() {
			wanted := facts[text(filter.ObjectValue(), "name")]
			accepted = accepted && slices.Contains(texts(filter.ObjectValue(), "values"), wanted)
		}
	})
	return accepted
}
