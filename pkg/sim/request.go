package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// operation is what a call asks for.
type operation string

const (
	opCreate operation = "create"
	opUpdate operation = "update"
	opDelete operation = "delete"
	opRead   operation = "read"
)

// place is where a call acts.
type place struct {
	Account, Region, Partition string
}

// request is one call as rules and makers see it.
type request struct {
	place
	Type *row
	Op   operation
	URN  resource.URN
	Name string // the resource's logical name
	ID   string // on create, the id it is about to get
	// Old is the state before the call, nil on create. New are the inputs asked for with defaults filled in; on delete,
	// the state again. Both hold plain values: no secrets, no outputs; while checking, unknown values are absent.
	Old, New resource.PropertyMap
	// Caller is who calls; nil for what happens behind everybody's back.
	Caller *identity

	cloud *model
}

// Text is a string input, "" when absent.
func (r *request) Text(property string) string { return text(r.New, property) }

// Flag is a boolean input.
func (r *request) Flag(property string) bool { return flag(r.New, property) }

// Number is a numeric input.
func (r *request) Number(property string) int { return number(r.New, property) }

// Texts are all strings at a path, list elements included.
func (r *request) Texts(path string) []string { return texts(r.New, path) }

// Has says whether an input is given.
func (r *request) Has(property string) bool { return has(r.New, property) }

// Changed says whether an update changes a property.
func (r *request) Changed(property string) bool {
	key := resource.PropertyKey(property)
	return !r.Type.equal(property, r.Old[key], r.New[key])
}

// Find is the resource with an id, ARN or name of a kind ("" for any) in this account and region, or nil.
func (r *request) Find(kind, target string) *Resource { return r.cloud.find(r.place, kind, target) }

// All are the resources of a kind in this account and region, itself excluded.
func (r *request) All(kind string) []*Resource {
	return r.others(func(other *Resource) bool { return other.row.Kind == kind && r.sees(other) })
}

// Everywhere are the resources of a kind in all accounts and regions, itself excluded.
func (r *request) Everywhere(kind string) []*Resource {
	return r.others(func(other *Resource) bool { return other.row.Kind == kind })
}

// Siblings are the other resources of a kind that have the same value of a property.
func (r *request) Siblings(kind, property string) []*Resource {
	return r.others(func(other *Resource) bool {
		return other.row.Kind == kind && r.sees(other) && other.Text(property) == r.Text(property)
	})
}

func (r *request) others(match func(*Resource) bool) []*Resource {
	var found []*Resource
	for _, other := range r.cloud.inventory.sorted() {
		itself := r.Op != opCreate && other.key() == r.cloud.keyOf(r)
		if !itself && match(other) {
			found = append(found, other)
		}
	}
	return found
}

func (r *request) sees(other *Resource) bool { return other.seenFrom(r.place) }

// expand fills a template: {id}, {account}, {region}, {partition}, {name} (the property if there is one, else the logical
// name) and {property} for any input or earlier output.
func (r *request) expand(template string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		field, after, closed := strings.Cut(rest, "}")
		if !closed {
			return out.String() + "{" + rest
		}
		out.WriteString(r.field(field))
		template = after
	}
}

func (r *request) field(name string) string {
	switch name {
	case "id":
		return r.ID
	case "account":
		return r.Account
	case "region":
		return r.Region
	case "partition":
		return r.Partition
	}
	if value := text(r.New, name); value != "" {
		return value
	}
	if value := text(r.Old, name); value != "" || name != "name" {
		return value
	}
	return r.Name
}

// digest is n hexadecimal characters that depend on nothing but what is given: ids are the same in every run.
func digest(n int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:n]
}

// fill makes a string from a template.
func fill(template string) maker {
	return func(r *request) resource.PropertyValue { return resource.NewProperty(r.expand(template)) }
}

// madeID makes an id of something the cloud creates along with the resource, told apart by salt.
func madeID(prefix, salt string) maker {
	return func(r *request) resource.PropertyValue {
		return resource.NewProperty(prefix + "-0" + digest(16, r.ID, salt))
	}
}

// fixed is a value that is always the same.
func fixed(value any) maker {
	return func(*request) resource.PropertyValue { return resource.NewPropertyValue(value) }
}
