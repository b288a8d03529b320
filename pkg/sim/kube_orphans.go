package sim

import (
	"slices"
	"strings"

	"aws-platform/pkg/sim/kube"
)

// Orphans are resources in AWS that no program made and nobody will take away again with a program: what controllers of a
// cluster left behind. Buckets are not among them: they are made by hand too.
func (c *Cloud) Orphans() []Resource {
	return slices.DeleteFunc(c.Resources(), func(r Resource) bool { return !orphaned(r) })
}

func orphaned(r Resource) bool {
	return r.URN == "" && !isKube(r.Type) && !strings.HasPrefix(r.Type, "aws:s3/")
}

// Objects are the objects in a cluster, by its name, as its API has them; what is only simulated is left out.
func (c *Cloud) Objects(cluster string) []map[string]any {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	var objects []map[string]any
	for _, record := range c.model.inventory.sorted() {
		if record.Type != typeCluster || record.Text("name") != cluster {
			continue
		}
		for _, o := range c.model.kubeAt(record).objects {
			if o.Type == releaseToken {
				continue
			}
			shown := o.Object.Clone()
			delete(shown, kube.Simulation)
			objects = append(objects, shown)
		}
	}
	return objects
}
