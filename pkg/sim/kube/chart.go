package kube

// Chart is one row of the catalogue: a Helm chart as far as what it leaves in a cluster goes. Names are templates, see
// rendering.name; paths are of the chart's values, "webhook.replicaCount".
type Chart struct {
	Name string
	// Repository is where it is served; of an OCI registry, the address of the chart itself.
	Repository string
	Versions   []Version // newest first
	// Values are the only top-level values it takes; nil for a chart without a strict schema.
	Values []string
	// Required are values without which its templates fail, and what they say then.
	Required map[string]string

	Definitions Definitions
	Workloads   []Workload
	Services    []Service
	Webhooks    []Webhook
	// APIServices are the API groups it serves itself, by the workload that does.
	APIServices map[string]string
}

// Version is one version of a chart, and the minor versions of Kubernetes its makers try it with.
type Version struct {
	Chart, App     string
	Oldest, Newest int
}

// Definitions are a chart's custom resources.
type Definitions struct {
	Kinds []Definition
	// Folder says they are in the chart's folder crds: installed once, never upgraded, never deleted.
	Folder bool
	// Switches are the flags that install them; any of them is enough. None: they are installed.
	Switches []string
	Default  bool
	// Keep is the flag that leaves them behind when the release goes, KeepDefault what holds without it; Annotations is the
	// path of annotations of theirs, which may say so too.
	Keep        string
	KeepDefault bool
	Annotations string
}

// Definition is one custom resource.
type Definition struct {
	Group, Kind, Plural string
	Versions            []string
	Namespaced          bool
}

// Name is the definition's own name.
func (d Definition) Name() string { return d.Plural + "." + d.Group }

// Workload is a Deployment.
type Workload struct {
	Name string
	// On is the flag that leaves it out when false.
	On string
	// Replicas are the paths of how many there are, the first given wins; Default if none is. With Autoscaled on, which is
	// on where nothing is said, they are the paths of the fewest.
	Replicas  []string
	Default   int
	Fixed     []string // the paths when Autoscaled is off
	Autoscale string
	// Budget is the path of its disruption budget, and how the chart decides whether there is one.
	Budget     string
	BudgetRule budgetRule
	// Account is the service account's name if the values at AccountAt do not say another.
	Account, AccountAt string
	Placement          Placement
	Defaults           Object // of the pod's specification
	// Controller is what it does; "" for what needs no simulation.
	Controller string
	// DiesWithoutRole says that it exits when it is given no credentials of AWS.
	DiesWithoutRole bool
	// Needs are the definitions without which it exits.
	Needs []string
	// Injected says that its image comes from the mesh's injector.
	Injected bool
	Port     string // path of the port its webhook listens on
	PortSelf int    // the port where nothing is said
}

type budgetRule int

const (
	budgetNone    budgetRule = iota
	budgetGiven              // the map at its path has minAvailable or maxUnavailable
	budgetEnabled            // the flag enabled in it is true
	budgetAlways
	budgetShared // global.defaultPodDisruptionBudget, for more than one replica
)

// Placement are the paths of where pods may run; the first given wins.
type Placement struct{ Tolerations, Spread, Priority, Selector, Affinity []string }

// within are the paths of sections, "" for the values themselves.
func within(sections ...string) Placement {
	var p Placement
	for _, section := range sections {
		if section != "" {
			section += "."
		}
		p.Tolerations = append(p.Tolerations, section+"tolerations")
		p.Spread = append(p.Spread, section+"topologySpreadConstraints")
		p.Priority = append(p.Priority, section+"priorityClassName")
		p.Selector = append(p.Selector, section+"nodeSelector")
		p.Affinity = append(p.Affinity, section+"affinity")
	}
	return p
}

// Service is a Service whose type and annotations the values decide.
type Service struct{ Name, At, Type string }

// Webhook is an admission webhook, served by a workload.
type Webhook struct {
	Name     string
	Workload string
	Rules    []string // "services", "issuers.cert-manager.io"
	Mutating bool
	On       string // the flag that leaves it out when false
	Deletes  bool   // it judges deletions too
	Ignored  bool   // its failures do not matter, unless the policy at Policy is Fail
	Policy   string
}
