package sim

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"gopkg.in/yaml.v3"

	"aws-platform/pkg/sim/kube"
)

const (
	kubePackage      = "kubernetes"
	typeCluster      = "aws:eks/cluster:Cluster"
	typeAccessEntry  = "aws:eks/accessEntry:AccessEntry"
	typeAccessPolicy = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
)

// kubeSchema is the package kubernetes as far as the engine asks for it: resources of any kind a cluster serves, and the
// provider's configuration, of the Go SDK v4.30.0.
func kubeSchema() *packageSchema {
	return &packageSchema{Source: "github.com/pulumi/pulumi-kubernetes/sdk/v4 v4.30.0", Provider: map[string]kind{
		"alwaysRender": "boolean", "cluster": "string", "clusterIdentifier": "string", "context": "string", "deleteUnreachable": "boolean",
		"enableConfigMapMutable": "boolean", "enablePatchForce": "boolean", "enableSecretMutable": "boolean",
		"enableServerSideApply": "boolean", "helmReleaseSettings": "any", "kubeClientSettings": "any", "kubeconfig": "string",
		"namespace": "string", "renderYamlToDirectory": "string", "skipUpdateUnreachable": "boolean", "strictMode": "boolean",
		"suppressDeprecationWarnings": "boolean", "suppressHelmHookWarnings": "boolean", "upsertExistingObjects": "boolean",
	}}
}

// isKube says whether a token is of the package kubernetes.
func isKube(token string) bool { return strings.HasPrefix(token, kubePackage+":") }

// kubeTarget is what an instance of the kubernetes provider speaks to.
type kubeTarget struct {
	Server            string
	Role              string // of the AWS CLI's --role-arn, "" for the session's own
	Namespace         string
	DeleteUnreachable bool
	Upsert            bool
	Fault             string // why its kubeconfig is of no use
}

// kubeFile is a kubeconfig.
type kubeFile struct {
	Current  string `json:"current-context" yaml:"current-context"`
	Clusters []struct {
		Name    string         `json:"name" yaml:"name"`
		Cluster map[string]any `json:"cluster" yaml:"cluster"`
	} `json:"clusters" yaml:"clusters"`
	Contexts []struct {
		Name    string `json:"name" yaml:"name"`
		Context struct {
			Cluster   string `json:"cluster" yaml:"cluster"`
			User      string `json:"user" yaml:"user"`
			Namespace string `json:"namespace" yaml:"namespace"`
		} `json:"context" yaml:"context"`
	} `json:"contexts" yaml:"contexts"`
	Users []struct {
		Name string `json:"name" yaml:"name"`
		User struct {
			Exec struct {
				Command string   `json:"command" yaml:"command"`
				Args    []string `json:"args" yaml:"args"`
			} `json:"exec" yaml:"exec"`
		} `json:"user" yaml:"user"`
	} `json:"users" yaml:"users"`
}

// readKubeconfig reads a kubeconfig's text, JSON or YAML. A path is not read: the engine's machine is not this one.
func readKubeconfig(text string) (kubeFile, error) {
	var file kubeFile
	if json.Unmarshal([]byte(text), &file) == nil {
		return file, nil
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		return file, fmt.Errorf("failed to parse kubeconfig: %w", err)
	}
	return file, nil
}

// kubeTargetOf is what a provider's configuration points at.
func kubeTargetOf(values resource.PropertyMap) *kubeTarget {
	target := &kubeTarget{
		Namespace: text(values, "namespace"), DeleteUnreachable: flag(values, "deleteUnreachable"), Upsert: flag(values, "upsertExistingObjects"),
	}
	file, err := readKubeconfig(text(values, "kubeconfig"))
	if err != nil {
		target.Fault = err.Error()
		return target
	}
	active := file.Current
	if named := text(values, "context"); named != "" {
		active = named
	}
	for _, one := range file.Contexts {
		if one.Name != active {
			continue
		}
		if target.Namespace == "" {
			target.Namespace = one.Context.Namespace
		}
		target.Server = file.server(one.Context.Cluster)
		target.Role = file.role(one.Context.User)
	}
	if target.Namespace == "" {
		target.Namespace = "default"
	}
	if target.Server == "" {
		target.Fault = "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n" +
			" \t• set up the provider as per https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n " +
			"invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable"
	}
	return target
}

func (f kubeFile) server(cluster string) string {
	for _, one := range f.Clusters {
		if one.Name == cluster {
			server, _ := one.Cluster["server"].(string)
			return server
		}
	}
	return ""
}

// role is what the AWS CLI is told to take.
func (f kubeFile) role(user string) string {
	for _, one := range f.Users {
		args := one.User.Exec.Args
		for i, arg := range args {
			if one.Name != user {
				break
			}
			if value, joined := strings.CutPrefix(arg, "--role-arn="); joined {
				return value
			}
			if (arg == "--role-arn" || arg == "--role" || arg == "-r") && i+1 < len(args) {
				return args[i+1]
			}
		}
	}
	return ""
}

// activeCluster is the settings of the cluster a configuration points at: when they change, it is taken for another one.
func activeCluster(values resource.PropertyMap) map[string]any {
	file, err := readKubeconfig(text(values, "kubeconfig"))
	if err != nil {
		return nil
	}
	active := file.Current
	if named := text(values, "context"); named != "" {
		active = named
	}
	for _, context := range file.Contexts {
		name := context.Context.Cluster
		if own := text(values, "cluster"); own != "" {
			name = own
		}
		for _, one := range file.Clusters {
			if context.Name == active && one.Name == name {
				return one.Cluster
			}
		}
	}
	return nil
}

// diffKubeConfig gives what changed in a provider's configuration and what of it makes another provider of it, and so
// replaces everything it made: another cluster, as far as a kubeconfig tells; what a clusterIdentifier says goes before.
func diffKubeConfig(olds, news resource.PropertyMap) (changed, replaces []string) {
	for key := range union(olds, news) {
		if !olds[key].DeepEquals(news[key]) {
			changed = append(changed, string(key))
		}
	}
	slices.Sort(changed)
	was, is := olds["clusterIdentifier"], news["clusterIdentifier"]
	switch {
	case len(changed) == 0:
	case has(olds, "clusterIdentifier") && has(news, "clusterIdentifier") && !was.DeepEquals(is):
		replaces = append(replaces, "clusterIdentifier")
	case has(news, "clusterIdentifier") && was.DeepEquals(is):
	case isUnknown(news["kubeconfig"]) || !reflect.DeepEqual(activeCluster(olds), activeCluster(news)):
		replaces = append(replaces, "kubeconfig")
	}
	return changed, replaces
}

// unreachable is how the provider says that it has no cluster.
func unreachable(format string, args ...any) error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", fmt.Sprintf(format, args...))
}

// kubeCaller is who a call to a cluster is made by: the session's own identity, or the role its kubeconfig takes.
func (m *model) kubeCaller(c call) (*identity, error) {
	if c.Caller == nil || c.kube.Role == "" {
		return c.Caller, nil
	}
	taken, refused := m.assume(*c.Caller, c.Partition, assumption{RoleARN: c.kube.Role})
	if refused != nil {
		return nil, unreachable("unable to load schema information from the API server: getting credentials: exec: executable aws "+
			"failed with exit code 254: An error occurred (%s) when calling the AssumeRole operation: %s", refused.Code, refused.Message)
	}
	return &taken, nil
}

// clusterAt is the cluster that answers at a URL. The lock is held.
func (m *model) clusterAt(server string) (*Resource, error) {
	const prefix = "unable to load schema information from the API server: Get \"%s/openapi/v2?timeout=32s\": dial tcp"
	host := strings.TrimPrefix(server, "https://")
	for _, record := range m.inventory.sorted() {
		if record.Type != typeCluster || record.Text("endpoint") != server {
			continue
		}
		if m.outside && !openToTheWorld(record) {
			return nil, unreachable(prefix+": i/o timeout: the cluster's endpoint is private and this machine is outside its VPC", server)
		}
		return record, nil
	}
	return nil, unreachable(prefix+": lookup %s: no such host", server, host)
}

// openToTheWorld says whether a cluster's endpoint answers outside its VPC; it does where nothing is said.
func openToTheWorld(cluster *Resource) bool {
	network := cluster.Properties["vpcConfig"]
	if !network.IsObject() {
		return true
	}
	public, given := network.ObjectValue()["endpointPublicAccess"]
	return !given || !public.IsBool() || public.BoolValue()
}

// clusterRights is what access entries of a cluster give a caller: everything, or what their policies do.
func (m *model) clusterRights(cluster *Resource, caller *identity) (write func(namespace string) bool, known bool) {
	everywhere := func(string) bool { return true }
	if caller == nil || m.open {
		return everywhere, true
	}
	access := cluster.Properties["accessConfig"]
	adopts := !access.IsObject() || !has(access.ObjectValue(), "bootstrapClusterCreatorAdminPermissions") ||
		flag(access.ObjectValue(), "bootstrapClusterCreatorAdminPermissions")
	if cluster.creator == caller.Source && adopts {
		return everywhere, true
	}
	namespaces := map[string]bool{}
	for _, record := range m.inventory.sorted() {
		same := record.seenFrom(cluster.place()) && record.Text("clusterName") == cluster.Text("name") && record.Text("principalArn") == caller.Source
		switch {
		case !same:
		case record.Type == typeAccessEntry:
			known = true
		case record.Type == typeAccessPolicy && slices.ContainsFunc(writingPolicies, func(end string) bool { return strings.HasSuffix(record.Text("policyArn"), end) }):
			scope := record.Properties["accessScope"]
			if !scope.IsObject() || text(scope.ObjectValue(), "type") != "namespace" {
				return everywhere, true
			}
			for _, name := range texts(scope.ObjectValue(), "namespaces") {
				namespaces[name] = true
			}
		}
	}
	return func(namespace string) bool { return namespaces[namespace] }, known
}

// writingPolicies are the access policies of EKS that let somebody change things.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var writingPolicies = []string{"AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy"}

// kindOf takes a token apart: its API version and its kind, without the ending of those that patch.
func kindOf(token string) (apiVersion, kind string) {
	parts := strings.Split(token, ":")
	apiVersion, kind = parts[1], parts[2]
	if group, version, _ := strings.Cut(apiVersion, "/"); group == "core" {
		apiVersion = version
	}
	return apiVersion, kind
}

// patches says whether a token is of a resource that changes an object somebody else made, and of which kind.
func patches(token string) (string, bool) {
	apiVersion, kind := kindOf(token)
	base, cut := strings.CutSuffix(kind, "Patch")
	if !cut {
		return "", false
	}
	_, known := kube.Builtin(apiVersion, base)
	return base, known
}
