package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"aws-platform/pkg/config"
	"aws-platform/pkg/sim"
)

// internet is the name of everything outside in a Reachability.
const internet = "internet"

// Reachability is who reaches whom on the simulated cloud: by walking route tables there and back, from every private
// subnet of one to every private subnet of the other. Configuration is only asked for names.
type Reachability struct {
	// Places are stacks with a VPC, the internet and the networks outside, in the order in which they are shown.
	Places []string
	// Paths are the worst path from one place to another: one that fails, if any does.
	Paths map[[2]string]sim.Path
}

// Reaches tells whether all of one place reaches all of another.
func (r Reachability) Reaches(from, to string) bool { return r.Paths[[2]string{from, to}].Reached }

// place is where packets come from or go to.
type place struct {
	name string
	// ends are its endpoints; none for a network that nothing leads to.
	ends []sim.Endpoint
}

// ReachabilityOf walks the cloud in which the stacks are up.
func ReachabilityOf(cloud *sim.Cloud, stacks map[string]*config.Stack) Reachability {
	places := placesOf(cloud, stacks)
	found := Reachability{Paths: map[[2]string]sim.Path{}}
	for _, from := range places {
		found.Places = append(found.Places, from.name)
		for _, to := range places {
			if from.name != to.name {
				found.Paths[[2]string{from.name, to.name}] = worst(cloud, from, to)
			}
		}
	}
	return found
}

// worst is the first path that fails, or one that does not.
func worst(cloud *sim.Cloud, from, to place) sim.Path {
	path := sim.Path{Reason: "nothing leads there"}
	for _, source := range from.ends {
		for _, target := range to.ends {
			if path = cloud.Reach(source, target); !path.Reached {
				return path
			}
		}
	}
	return path
}

// placesOf are the stacks in the order in which they come up, then the networks outside, then the internet.
func placesOf(cloud *sim.Cloud, stacks map[string]*config.Stack) []place {
	var places []place
	var outside []place
	for _, name := range (&session{stacks: stacks}).names() {
		stack := stacks[name]
		if ends := cloud.Subnets(stack.Account.ID, "private"); len(ends) > 0 {
			places = append(places, place{name, ends})
		}
		if hub := stack.TransitGateway; hub != nil {
			for _, network := range slices.Sorted(maps.Keys(hub.OnPremises)) {
				outside = append(outside, place{network, behind(cloud, stack.Account.ID, network, hub.OnPremises[network])})
			}
		}
	}
	return append(append(places, outside...), place{internet, []sim.Endpoint{{}}})
}

// behind is a host of a network outside, if a VPN leads there.
func behind(cloud *sim.Cloud, account, network string, outside config.OnPremises) []sim.Endpoint {
	if outside.VPN == nil {
		return nil
	}
	host, _, _ := strings.Cut(outside.CIDR, "/")
	host = host[:strings.LastIndex(host, ".")] + ".10"
	for _, made := range cloud.Resources() {
		if made.Account == account && strings.HasSuffix(made.Type, ":VpnConnection") && strings.HasSuffix(made.Name, "-"+network) {
			return []sim.Endpoint{{VPN: made.ID, Address: host}}
		}
	}
	return nil
}

// write is the table people read: from the left, to the right.
func (r Reachability) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "FROM \\ TO\t%s\n", strings.Join(r.Places, "\t"))
	for _, from := range r.Places {
		cells := make([]string, len(r.Places))
		for i, to := range r.Places {
			switch {
			case from == to:
				cells[i] = "-"
			case r.Reaches(from, to):
				cells[i] = "yes"
			default:
				cells[i] = "no"
			}
		}
		fmt.Fprintf(w, "%s\t%s\n", from, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

// String is the table as text.
func (r Reachability) String() string {
	var text strings.Builder
	_ = r.write(&text) // a string builder takes everything
	return text.String()
}

// Mermaid is a drawing of who reaches whom.
func (r Reachability) Mermaid() string {
	var text strings.Builder
	text.WriteString("graph LR\n")
	for i, from := range r.Places {
		fmt.Fprintf(&text, "  %s\n", from)
		for _, to := range r.Places[i+1:] {
			switch there, back := r.Reaches(from, to), r.Reaches(to, from); {
			case there && back:
				fmt.Fprintf(&text, "  %s <--> %s\n", from, to)
			case there:
				fmt.Fprintf(&text, "  %s --> %s\n", from, to)
			case back:
				fmt.Fprintf(&text, "  %s --> %s\n", to, from)
			}
		}
	}
	return text.String()
}
