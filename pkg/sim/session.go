package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// session is one configured provider instance: who calls, where, with which default tags.
type session struct {
	place
	caller      identity
	defaultTags resource.PropertyMap
	model       *model
	kube        *kubeTarget // of the package kubernetes
}

// decodeConfig turns a provider's inputs into typed values: the engine hands lists and objects over as JSON text.
func decodeConfig(schema map[string]kind, config resource.PropertyMap) resource.PropertyMap {
	decoded := resource.PropertyMap{}
	for key, value := range plainMap(config) {
		want := schema[string(key)].bare()
		if value.IsString() && want != "" && want != "string" {
			var parsed any
			if json.Unmarshal([]byte(value.StringValue()), &parsed) == nil {
				value = resource.NewPropertyValue(parsed)
			}
		}
		decoded[key] = value
	}
	return decoded
}

// providerExtras are properties of every provider that are the engine's own business.
var providerExtras = []string{"version", "pluginDownloadURL", "pluginChecksums"}

// checkConfig gives what is wrong with a provider's configuration.
func (m *model) checkConfig(pkg string, config resource.PropertyMap) []Failure {
	schema := m.registry.schemas[pkg]
	inputs := resource.PropertyMap{}
	for key, value := range decodeConfig(schema.Provider, config) {
		if !slices.Contains(providerExtras, string(key)) {
			inputs[key] = value
		}
	}
	checker := checker{types: schema.Types}
	checker.object("", schema.Provider, inputs)
	return checker.sorted()
}

// configure opens a session for a provider configuration; ambient is where a provider acts that says nothing.
func (m *model) configure(pkg string, config resource.PropertyMap, ambient place) (*session, error) {
	values := decodeConfig(m.registry.schemas[pkg].Provider, config)
	if pkg == kubePackage {
		return &session{place: ambient, caller: operator(ambient), model: m, kube: kubeTargetOf(values)}, nil
	}
	at := ambient
	if region := text(values, "region"); region != "" {
		at = place{Account: at.Account, Region: region, Partition: partitionOf(region)}
	}
	if at.Region == "" {
		return nil, fmt.Errorf("invalid AWS Region: no region; set aws:region or the provider's region")
	}
	opened := &session{place: at, caller: m.signedIn(at), model: m}
	opened.Account = opened.caller.Account
	if wish, ok := assumptionOf(values); ok {
		caller, refused := m.assume(opened.caller, at.Partition, wish)
		if refused != nil {
			return nil, fmt.Errorf("cannot assume IAM Role (%s): %w", wish.RoleARN, refused)
		}
		opened.caller, opened.Account = caller, caller.Account
	}
	allowed, forbidden := texts(values, "allowedAccountIds"), texts(values, "forbiddenAccountIds")
	if (len(allowed) > 0 && !slices.Contains(allowed, opened.Account)) || slices.Contains(forbidden, opened.Account) {
		return nil, fmt.Errorf("AWS account ID not allowed: %s", opened.Account)
	}
	if tags := values["defaultTags"]; tags.IsObject() && tags.ObjectValue()[tagsKey].IsObject() {
		opened.defaultTags = tags.ObjectValue()[tagsKey].ObjectValue()
	}
	return opened, nil
}

func assumptionOf(values resource.PropertyMap) (assumption, bool) {
	role := values["assumeRole"]
	if !role.IsObject() || text(role.ObjectValue(), "roleArn") == "" {
		return assumption{}, false
	}
	wish := role.ObjectValue()
	return assumption{
		RoleARN: text(wish, "roleArn"), ExternalID: text(wish, "externalId"), Session: text(wish, "sessionName"),
	}, true
}

// partitionOf is the part of AWS a region belongs to.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
