package sim

import (
	"fmt"
	"strings"

	"aws-platform/pkg/sim/kube"
)

const certificates = "cert-manager.io"

// runCertManager registers issuers and proves certificates, as long as cert-manager runs and may write to the zones.
// https://cert-manager.io/docs/configuration/acme/dns01/route53/
func (k *kubeAPI) runCertManager() {
	workload, why := k.running(kube.CertManager)
	if why != "" {
		return
	}
	for _, kind := range []string{"ClusterIssuer", "Issuer"} {
		for _, issuer := range k.each(certificates, kind) {
			if !issuer.Deleting() {
				k.says(issuer, k.issuerFault(issuer))
			}
		}
	}
	for _, certificate := range k.each(certificates, "Certificate") {
		if certificate.Deleting() {
			continue
		}
		against := k.unproven(certificate, workload)
		k.says(certificate, against)
		name := certificate.Text("spec", "secretName")
		if against == "" && k.find("", "Secret", certificate.Namespace(), name) == nil {
			// The secret outlives its certificate: whoever serves with it would go down with it.
			k.made(kube.Object{
				"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
				"metadata": map[string]any{"name": name, "namespace": certificate.Namespace(), "annotations": map[string]any{
					"cert-manager.io/certificate-name": certificate.Name()}},
				"data": map[string]any{"tls.crt": "c2ltdWxhdGVk", "tls.key": "c2ltdWxhdGVk"},
			})
		}
	}
}

// issuerFault says why an issuer is not ready: it has nothing to issue by. An ACME server registers everybody.
func (k *kubeAPI) issuerFault(issuer *kubeObject) string {
	acme := issuer.Map("spec", "acme")
	switch {
	case acme != nil && acme.Text("server") == "":
		return "Failed to register ACME account: no server is given"
	case acme != nil && len(acme.Objects("solvers")) == 0:
		return "no solver is configured"
	case acme != nil || issuer.Has("spec", "selfSigned") || issuer.Has("spec", "vault"):
		return ""
	case issuer.Has("spec", "ca"):
		namespace := issuer.Namespace()
		if namespace == "" {
			namespace = "cert-manager"
		}
		if name := issuer.Text("spec", "ca", "secretName"); k.find("", "Secret", namespace, name) == nil {
			return fmt.Sprintf("Error getting keypair for CA issuer: secrets %q not found", name)
		}
		return ""
	}
	return "no issuer type is configured"
}

// unproven says why a certificate is not issued.
func (k *kubeAPI) unproven(certificate, workload *kubeObject) string {
	reference := certificate.Map("spec", "issuerRef")
	kind, namespace := reference.Text("kind"), ""
	if kind == "" || kind == "Issuer" {
		kind, namespace = "Issuer", certificate.Namespace()
	}
	issuer := k.find(certificates, kind, namespace, reference.Text("name"))
	switch {
	case issuer == nil:
		return fmt.Sprintf("Referenced %q not found: %s %q not found", kind, strings.ToLower(kind), reference.Text("name"))
	case !ready(issuer):
		return "Referenced issuer is not ready: " + unmet(issuer.Object, "condition=Ready")
	case !issuer.Has("spec", "acme"):
		return ""
	}
	names := certificate.Texts("spec", "dnsNames")
	if common := certificate.Text("spec", "commonName"); common != "" {
		names = append(names, common)
	}
	if len(names) == 0 {
		return "at least one of commonName, dnsNames is required"
	}
	for _, name := range names {
		if why := k.unsolved(issuer, strings.TrimPrefix(name, "*."), workload); why != "" {
			return why
		}
	}
	return ""
}

// unsolved says why a domain name cannot be proven.
func (k *kubeAPI) unsolved(issuer *kubeObject, name string, workload *kubeObject) string {
	solver := solverOf(issuer.Objects("spec", "acme", "solvers"), name)
	if solver == nil {
		return fmt.Sprintf("no configured challenge solvers can be used for this challenge: %s", name)
	}
	if !solver.Has("dns01", "route53") {
		return "" // by HTTP, or by somebody else's DNS
	}
	if issuer.Kind() == "Issuer" && !solver.Has("dns01", "route53", "auth") && !solver.Has("dns01", "route53", "accessKeyID") {
		return "ambient credentials are not allowed for an Issuer: use a ClusterIssuer, or give the solver credentials"
	}
	caller, why := k.credentials(workload)
	if role := solver.Text("dns01", "route53", "role"); why == "" && role != "" {
		caller, why = k.taken(caller, role)
	}
	if why != "" {
		return "unable to assume role: " + why
	}
	zone := k.zoneFor(caller.Account, solver.Text("dns01", "route53", "hostedZoneID"), name)
	if zone == nil {
		return fmt.Sprintf("failed to determine Route 53 hosted zone ID: zone not found for domain _acme-challenge.%s.", name)
	}
	arn := "arn:" + k.at.Partition + ":route53:::hostedzone/" + zone.ID
	calls := []grant{{action: "route53:GetChange", resource: "arn:" + k.at.Partition + ":route53:::change/C0123456789"}}
	if solver.Text("dns01", "route53", "hostedZoneID") == "" {
		calls = append(calls, grant{action: "route53:ListHostedZonesByName", resource: "*"})
	}
	calls = append(calls, grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("TXT", "_acme-challenge."+name, "UPSERT")},
		grant{action: "route53:ChangeResourceRecordSets", resource: arn, context: recordContext("TXT", "_acme-challenge."+name, "DELETE")})
	if refused := k.refusedGrant(caller, calls...); refused != "" {
		return "failed to change Route 53 record set: " + refused
	}
	return ""
}

// recordContext are the condition keys of a change of one record.
func recordContext(kind, name, action string) map[string][]string {
	return map[string][]string{
		"route53:ChangeResourceRecordSetsRecordTypes": {kind}, "route53:ChangeResourceRecordSetsNormalizedRecordNames": {name},
		"route53:ChangeResourceRecordSetsActions": {action},
	}
}

// solverOf is the solver of a name: the one whose zone is the longest that holds it, or one for everything.
func solverOf(solvers []kube.Object, name string) kube.Object {
	var best kube.Object
	longest := -1
	for _, solver := range solvers {
		zones, names := solver.Texts("selector", "dnsZones"), solver.Texts("selector", "dnsNames")
		if len(zones)+len(names) == 0 && longest < 0 {
			best, longest = solver, 0
		}
		for _, zone := range append(zones, names...) {
			if (name == zone || strings.HasSuffix(name, "."+zone)) && len(zone) > longest {
				best, longest = solver, len(zone)
			}
		}
	}
	return best
}

// zoneFor is an account's public zone of an id, or of the longest name that holds another.
func (k *kubeAPI) zoneFor(account, id, name string) *Resource {
	var best *Resource
	for _, zone := range k.inventory.sorted() {
		if zone.Type != typeZone || zone.Account != account || (id != "" && zone.ID != id) || len(zone.Texts("vpcs.vpcId")) > 0 {
			continue
		}
		own := strings.TrimSuffix(zone.Text("name"), ".")
		if (name == own || strings.HasSuffix(name, "."+own)) && (best == nil || len(own) > len(best.Text("name"))) {
			best = zone
		}
	}
	return best
}

// taken is a session of another role that a pod's own session takes, or why it cannot.
func (k *kubeAPI) taken(caller *identity, role string) (*identity, string) {
	if k.open {
		return k.sessionOf(role), ""
	}
	parts := strings.SplitN(role, ":", arnParts)
	refused := fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller.ARN, role)
	if len(parts) != arnParts {
		return nil, refused
	}
	found := k.model.find(place{Account: parts[4]}, kindRole, role)
	if found == nil || !k.admits(documentOf(found.Properties, "assumeRolePolicy"), parts[4], assumption{RoleARN: role, Session: "pod"}, *caller) {
		return nil, refused
	}
	return k.sessionOf(role), ""
}
