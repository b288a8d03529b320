package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aws-platform/pkg/sim/authz"
	"aws-platform/pkg/sim/kube"
)

// reconcile lets every controller that runs do its work, as it would within the seconds after a call. One that does not run
// does nothing: what it made stays, and what waits for it waits.
func (k *kubeAPI) reconcile() {
	k.runKarpenter()
	k.runLoadBalancers()
	k.runCertManager()
	k.runExternalSecrets()
	k.runKeda()
	k.runExternalDNS()
	for _, o := range k.objects {
		if !o.gone && !o.Patch && o.Deleting() && (o.Is("", "Namespace") || o.Is("apiextensions.k8s.io", "CustomResourceDefinition")) {
			k.remains(o)
		}
	}
}

// kubeLatency is how long an object of a type usually takes.
func kubeLatency(token string) latency {
	const source = "a release waits for images and probes, a node boots in a minute, a balancer is active after two"
	switch token {
	case releaseToken:
		return latency{Create: 45 * time.Second, Update: 30 * time.Second, Delete: 15 * time.Second, Source: source}
	case "kubernetes:karpenter.sh/v1:NodePool":
		return latency{Create: time.Second, Update: time.Second, Delete: 90 * time.Second, Source: source}
	case "kubernetes:cert-manager.io/v1:Certificate":
		return latency{Create: 90 * time.Second, Update: 30 * time.Second, Delete: time.Second, Source: source}
	}
	return latency{Create: time.Second, Update: time.Second, Delete: time.Second, Source: source}
}

// callWebhooks says why an object is refused because a webhook that judges it does not answer. Nothing is refused by its
// own release's: Helm puts webhooks in after what they are served by.
func (k *kubeAPI) callWebhooks(object kube.Object, deletes bool) string {
	name := k.plural(object)
	for _, kind := range []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		for _, hook := range k.each("admissionregistration.k8s.io", kind) {
			own := hook.Map(kube.Simulation)
			asked := slices.Contains(own.Texts("rules"), name) && own.Text("policy") == "Fail" && (!deletes || own.Flag("deletes"))
			if !asked || object.Annotation(kube.ReleaseName) == own.Text("release") {
				continue
			}
			if why := k.unserved(hook.Object); why != "" {
				service := own.Text("workload")
				return fmt.Sprintf("Internal error occurred: failed calling webhook %q: failed to call webhook: Post "+
					"\"https://%s.%s.svc:443/?timeout=10s\": %s", hook.Name(), service, own.Text("namespace"), why)
			}
		}
	}
	return ""
}

// kubeletPort is taken on Fargate, where a pod has the kubelet of its own beside it.
const kubeletPort = 10250

// unserved says why what a webhook or an API service stands for does not answer.
func (k *kubeAPI) unserved(o kube.Object) string {
	own := o.Map(kube.Simulation)
	if own == nil {
		return ""
	}
	service := own.Text("workload")
	workload := k.find("apps", "Deployment", own.Text("namespace"), service)
	if workload == nil {
		return fmt.Sprintf("service %q not found", service)
	}
	if why := k.podsReady(workload); why != "" {
		return fmt.Sprintf("no endpoints available for service %q: %s", service, why)
	}
	if workload.Number(0, kube.Simulation, "port") == kubeletPort && k.onFargate(workload.Namespace(), workload.Map("spec", "template", "metadata", "labels")) {
		return fmt.Sprintf("x509: certificate is not valid for service %q: on Fargate port %d is the kubelet's", service, kubeletPort)
	}
	return ""
}

// awaited says why an object does not become what the provider waits for, or "".
func (k *kubeAPI) awaited(o *kubeObject) string {
	if o.gone || o.Annotation("pulumi.com/skipAwait") == "true" {
		return ""
	}
	for _, wanted := range waitsFor(o.Annotation("pulumi.com/waitFor")) {
		if why := unmet(o.Object, wanted); why != "" {
			return fmt.Sprintf("timed out waiting for the condition: %s: %s", wanted, why)
		}
	}
	switch {
	case o.Is("apps", "Deployment") || o.Is("apps", "StatefulSet") || o.Is("batch", "Job"):
		if why := k.podsReady(o); why != "" {
			return "timed out waiting for the condition: " + why
		}
	case k.balanced(o.Object):
		if len(o.List("status", "loadBalancer", "ingress")) == 0 {
			return "Service was not allocated an IP address; does your cloud provider support this?: " + k.unbalanced(o)
		}
	}
	return ""
}

// waitsFor are the conditions an annotation names: one, or a JSON list of them.
func waitsFor(annotation string) []string {
	list := strings.Trim(annotation, "[] ")
	if list == "" {
		return nil
	}
	var wanted []string
	for _, part := range strings.Split(list, ",") {
		wanted = append(wanted, strings.Trim(part, "\" "))
	}
	return wanted
}

// unmet says what an object lacks of "condition=Ready", "condition=Ready=False" or "jsonpath={.status.phase}=Bound".
func unmet(o kube.Object, wanted string) string {
	form, rest, _ := strings.Cut(wanted, "=")
	if form == "jsonpath" {
		path, value, compared := strings.Cut(rest, "=")
		found := o.At(strings.Split(strings.Trim(path, "{}."), ".")...)
		if found == nil || compared && fmt.Sprint(found) != value {
			return "is " + fmt.Sprint(found)
		}
		return ""
	}
	name, value, compared := strings.Cut(rest, "=")
	if !compared {
		value = "True"
	}
	for _, condition := range o.Objects("status", "conditions") {
		if strings.EqualFold(condition.Text("type"), name) {
			if condition.Text("status") == value {
				return ""
			}
			return condition.Text("message")
		}
	}
	return "no controller has said anything of it"
}

// says gives an object its condition Ready; without a reason against it, it is.
func (k *kubeAPI) says(o *kubeObject, against string) {
	status := "True"
	if against != "" {
		status = "False"
	}
	for _, condition := range o.Objects("status", "conditions") {
		if condition.Text("status") == status && condition.Text("message") == against {
			return
		}
	}
	o.Set([]any{map[string]any{"type": "Ready", "status": status, "message": against}}, "status", "conditions")
	k.put(o)
}

// ready says whether an object's controller calls it ready.
func ready(o *kubeObject) bool { return o != nil && unmet(o.Object, "condition=Ready") == "" }

// releaseReady says what of a release does not work, or "".
func (k *kubeAPI) releaseReady(id string) string {
	var reasons []string
	for _, o := range k.of(id) {
		why := ""
		switch {
		case o.Is("apps", "Deployment"):
			why = k.podsReady(o)
		case k.balanced(o.Object) && len(o.List("status", "loadBalancer", "ingress")) == 0:
			why = k.unbalanced(o)
		}
		if why != "" {
			reasons = append(reasons, fmt.Sprintf("%s %s: %s", o.Kind(), o.ID(), why))
		}
	}
	slices.Sort(reasons)
	return strings.Join(reasons, "; ")
}

// controllerFault says why a controller gives up at its start, by what its release's values say.
func (k *kubeAPI) controllerFault(o *kubeObject) string {
	own := o.Map(kube.Simulation)
	values := k.valuesOf(o)
	name := k.cluster.Text("name")
	switch own.Text("controller") {
	case kube.Karpenter:
		if newest := own.Number(0, "newest"); newest > 0 && k.minor() > newest {
			return fmt.Sprintf("CrashLoopBackOff: karpenter is not compatible with Kubernetes 1.%d", k.minor())
		}
		if given := values.Text("settings", "clusterName"); given != name {
			return fmt.Sprintf("CrashLoopBackOff: no cluster found for name: %q; this one is %q", given, name)
		}
		if queue := values.Text("settings", "interruptionQueue"); queue != "" {
			return k.deafTo(queue, o)
		}
	case kube.LoadBalancers:
		if given := values.Text("clusterName"); given != name {
			return fmt.Sprintf("CrashLoopBackOff: cluster %q is not this one, %q", given, name)
		}
		if values.Text("vpcId") == "" || values.Text("region") == "" {
			return "CrashLoopBackOff: failed to get VPC ID or region: failed to fetch them from instance metadata: a pod is two hops away from it"
		}
	case kube.ExternalDNS:
		for _, source := range values.Texts("sources") {
			if strings.HasPrefix(source, "istio-") && k.find("apiextensions.k8s.io", "CustomResourceDefinition", "", "gateways.networking.istio.io") == nil {
				return "CrashLoopBackOff: source " + source + ": the server could not find the requested resource (get gateways.networking.istio.io)"
			}
		}
	}
	return ""
}

const typeQueue = "aws:sqs/queue:Queue"

// deafTo says why Karpenter cannot hear of nodes that will go: it gives up at its start.
func (k *kubeAPI) deafTo(queue string, o *kubeObject) string {
	there := slices.ContainsFunc(k.inventory.sorted(), func(r *Resource) bool {
		return r.Type == typeQueue && r.seenFrom(k.at) && r.Text("name") == queue
	})
	if !there {
		return "CrashLoopBackOff: getting queue url: AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist: " + queue
	}
	caller, why := k.credentials(o)
	if why == "" {
		arn := k.arn("sqs", queue)
		why = k.refusedGrant(caller, grant{action: "sqs:GetQueueUrl", resource: arn}, grant{action: "sqs:ReceiveMessage", resource: arn},
			grant{action: "sqs:DeleteMessage", resource: arn})
	}
	if why != "" {
		return "CrashLoopBackOff: " + why
	}
	return ""
}

// valuesOf are the values of the release a workload belongs to.
func (k *kubeAPI) valuesOf(o *kubeObject) kube.Object {
	if release := k.release(o.Release); release != nil {
		return release.Map("inputs", "values")
	}
	return nil
}

// grant is one call to AWS that a controller makes.
type grant struct {
	action, resource string
	asks, has        map[string]string   // tags of the request, tags of the resource
	context          map[string][]string // further condition keys
}

// refusedGrant is the first of some calls that a session may not make, in AWS's words, or "".
func (k *kubeAPI) refusedGrant(caller *identity, calls ...grant) string {
	if k.open {
		return ""
	}
	for _, one := range calls {
		service, _, _ := strings.Cut(one.action, ":")
		region := k.at.Region
		if slices.Contains(globalServices, service) {
			region = "us-east-1"
		}
		context := map[string][]string{
			"aws:RequestedRegion": {region}, "aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"}, "aws:ResourceAccount": {k.at.Account},
			"aws:ResourceOrgID": {organizationID},
		}
		for key, value := range one.asks {
			context["aws:RequestTag/"+key] = []string{value}
			context["aws:TagKeys"] = append(context["aws:TagKeys"], key)
		}
		for key, value := range one.has {
			context["aws:ResourceTag/"+key] = []string{value}
			context[service+":ResourceTag/"+key] = []string{value}
		}
		for key, values := range one.context {
			context[key] = values
		}
		asked := authz.Request{Principal: k.principal(*caller), Action: one.action, Resource: one.resource, Context: context}
		if decided := k.decide(*caller, asked); !decided.Allowed {
			return unauthorized(asked, decided).Error()
		}
	}
	return ""
}

// arn is an ARN of the cluster's account and region.
func (k *kubeAPI) arn(service, rest string) string {
	return "arn:" + k.at.Partition + ":" + service + ":" + k.at.Region + ":" + k.at.Account + ":" + rest
}

// grow makes a resource in AWS that no program made.
func (k *kubeAPI) grow(token string, inputs map[string]any) (*Resource, error) {
	return k.createHeld(call{place: k.at, Token: token, Inputs: mapOf(inputs)})
}

// wither takes one away again.
func (k *kubeAPI) wither(record *Resource) error {
	at := k.at
	at.Account = record.Account
	return k.removeHeld(call{place: at, Token: record.Type, ID: record.ID})
}

// tagged are the cloud's resources of a type in the cluster's region that have tags.
func (k *kubeAPI) tagged(token string, tags map[string]string) []*Resource {
	var found []*Resource
	for _, record := range k.inventory.sorted() {
		if record.Type != token || !record.seenFrom(k.at) {
			continue
		}
		own := tagsOf(record.Properties)
		match := true
		for key, value := range tags {
			match = match && own[key] == value
		}
		if match {
			found = append(found, record)
		}
	}
	return found
}

func tagValues(tags map[string]string) map[string]any {
	values := map[string]any{}
	for key, value := range tags {
		values[key] = value
	}
	return values
}

// digestByte is a number from 1 to 250, as text.
func digestByte(parts ...string) string {
	number, err := strconv.ParseUint(digest(4, parts...), 16, 32)
	if err != nil {
		return "1"
	}
	return strconv.FormatUint(1+number%250, 10)
}
