package sim

import (
	"fmt"
	"slices"
	"strings"

	"aws-platform/pkg/sim/kube"
)

const hostnameAnnotation = "external-dns.alpha.kubernetes.io/hostname"

// wish is a name that something in the cluster wants to be found by.
type wish struct{ host, target, source string }

// runExternalDNS writes the records of Services and Gateways into the zones it may write, as long as it runs. With the
// policy sync it takes back what nothing asks for any more; with upsert-only that stays.
// https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/
func (k *kubeAPI) runExternalDNS() {
	workload, why := k.running(kube.ExternalDNS)
	if why != "" {
		return
	}
	caller, why := k.credentials(workload)
	values := k.valuesOf(workload)
	if why != "" || k.refusedGrant(caller, grant{action: "route53:ListHostedZones", resource: "*"}) != "" {
		return
	}
	wishes := k.wishes(values)
	owner := values.Text("txtOwnerId")
	if owner == "" {
		owner = "default"
	}
	for _, one := range wishes {
		if zone := k.recordZone(values, caller, one.host); zone != nil {
			k.publish(values, caller, zone, owner, one)
		}
	}
	if values.Text("policy") == "sync" {
		k.withdraw(caller, owner, wishes)
	}
}

// wishes are the names the release's sources ask for.
func (k *kubeAPI) wishes(values kube.Object) []wish {
	sources := values.Texts("sources")
	if len(sources) == 0 {
		sources = []string{"service", "ingress"}
	}
	var found []wish
	if slices.Contains(sources, "service") {
		for _, service := range k.each("", "Service") {
			for _, host := range strings.Split(service.Annotation(hostnameAnnotation), ",") {
				if target := balancerOf(service); host != "" && target != "" && !service.Deleting() {
					found = append(found, wish{host, target, "service/" + service.ID()})
				}
			}
		}
	}
	if !slices.Contains(sources, "istio-gateway") {
		return found
	}
	for _, gateway := range k.each("networking.istio.io", "Gateway") {
		target := k.gatewayTarget(gateway)
		for _, server := range gateway.Objects("spec", "servers") {
			for _, host := range server.Texts("hosts") {
				host = host[strings.LastIndex(host, "/")+1:]
				asked := wish{host, target, "gateway/" + gateway.ID()}
				if host != "*" && target != "" && !gateway.Deleting() && !slices.Contains(found, asked) {
					found = append(found, asked)
				}
			}
		}
	}
	return found
}

func balancerOf(service *kubeObject) string {
	for _, ingress := range service.Objects("status", "loadBalancer", "ingress") {
		return ingress.Text("hostname")
	}
	return ""
}

// gatewayTarget is the balancer of the Service that a Gateway's selector means.
func (k *kubeAPI) gatewayTarget(gateway *kubeObject) string {
	for _, service := range k.each("", "Service") {
		if istio := gateway.Text("spec", "selector", "istio"); istio != "" && service.Label("istio") == istio && balancerOf(service) != "" {
			return balancerOf(service)
		}
	}
	return ""
}

// recordZone is the zone a name's records go into: of those in the account that the filters let through, the longest.
func (k *kubeAPI) recordZone(values kube.Object, caller *identity, host string) *Resource {
	arguments := values.Texts("extraArgs")
	only := func(flag string) []string {
		var given []string
		for _, argument := range arguments {
			if value, found := strings.CutPrefix(argument, flag+"="); found {
				given = append(given, value)
			}
		}
		return given
	}
	ids, kinds, domains := only("--zone-id-filter"), only("--aws-zone-type"), values.Texts("domainFilters")
	var best *Resource
	for _, zone := range k.inventory.sorted() {
		name := strings.TrimSuffix(zone.Text("name"), ".")
		kind := "public"
		if len(zone.Texts("vpcs.vpcId")) > 0 {
			kind = "private"
		}
		inDomain := len(domains) == 0 || slices.ContainsFunc(domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
		if zone.Type != typeZone || zone.Account != caller.Account || !inDomain || (len(ids) > 0 && !slices.Contains(ids, zone.ID)) ||
			(len(kinds) > 0 && kinds[0] != "" && !slices.Contains(kinds, kind)) {
			continue
		}
		if (host == name || strings.HasSuffix(host, "."+name)) && (best == nil || len(name) > len(strings.TrimSuffix(best.Text("name"), "."))) {
			best = zone
		}
	}
	return best
}

// heritage is what External DNS writes beside its records, to know them again.
func heritage(owner string) string { return "heritage=external-dns,external-dns/owner=" + owner }

// publish writes a name's record and the one that says whose it is, if that may be done and nobody else has the name.
func (k *kubeAPI) publish(values kube.Object, caller *identity, zone *Resource, owner string, asked wish) {
	if k.recordOfHost(zone, asked.host, "A") != nil {
		return
	}
	mark := values.Text("txtPrefix") + "a-" + strings.Replace(asked.host, "*", "any", 1)
	arn := "arn:" + k.at.Partition + ":route53:::hostedzone/" + zone.ID
	if refused := k.refusedGrant(caller,
		grant{action: "route53:ListResourceRecordSets", resource: arn},
		grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("A", asked.host, "CREATE")},
		grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("TXT", mark, "CREATE")},
	); refused != "" {
		return
	}
	at := place{Account: zone.Account, Region: k.at.Region, Partition: k.at.Partition}
	_, err := k.createHeld(call{place: at, Token: typeRecord, Inputs: mapOf(map[string]any{
		"zoneId": zone.ID, "name": asked.host, "type": "A",
		"aliases": []any{map[string]any{"name": asked.target, "zoneId": "Z2IFOLAFXWLO4F", "evaluateTargetHealth": true}},
	})})
	if err != nil {
		return
	}
	_, _ = k.createHeld(call{place: at, Token: typeRecord, Inputs: mapOf(map[string]any{ // a record that is there says whose the name is
		"zoneId": zone.ID, "name": mark, "type": "TXT", "ttl": 300.0,
		"records": []any{heritage(owner) + ",external-dns/resource=" + asked.source + ",simulation/host=" + asked.host},
	})})
}

func (k *kubeAPI) recordOfHost(zone *Resource, host, kind string) *Resource {
	for _, record := range k.inventory.sorted() {
		if record.Type == typeRecord && record.Text("zoneId") == zone.ID && record.Text("type") == kind && normalName(record.Text("fqdn")) == normalName(host) {
			return record
		}
	}
	return nil
}

// withdraw takes back an owner's records that nothing asks for.
func (k *kubeAPI) withdraw(caller *identity, owner string, wishes []wish) {
	for _, mark := range slices.Clone(k.inventory.sorted()) {
		if mark.Type != typeRecord || mark.URN != "" || mark.Text("type") != "TXT" || mark.Account != caller.Account {
			continue
		}
		content := strings.Join(mark.Texts("records"), "")
		_, host, ours := strings.Cut(content, ",simulation/host=")
		if !ours || !strings.HasPrefix(content, heritage(owner)+",") || slices.ContainsFunc(wishes, func(w wish) bool { return w.host == host }) {
			continue
		}
		zone := k.model.find(place{Account: mark.Account}, typeZone, mark.Text("zoneId"))
		arn := fmt.Sprintf("arn:%s:route53:::hostedzone/%s", k.at.Partition, mark.Text("zoneId"))
		if zone == nil || k.refusedGrant(caller, grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("A", host, "DELETE")},
			grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("TXT", mark.Text("name"), "DELETE")}) != "" {
			continue
		}
		for _, record := range []*Resource{k.recordOfHost(zone, host, "A"), mark} {
			if record != nil && k.wither(record) != nil {
				return
			}
		}
	}
}
