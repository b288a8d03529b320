package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// lockWait is how long to wait for another process to let go of the inventory.
const lockWait = 2 * time.Second

// model is the simulated cloud itself, knowing neither the engine nor mocks.
type model struct {
	registry *registry
	accounts map[string]Account
	store    *store // nil: buckets have no content
	quotas   map[string]int
	open     bool // accounts outside the simulation exist and trust everybody
	outside  bool // the engine runs outside every VPC

	mu        sync.Mutex // guards inventory and sessions
	inventory *inventory
	sessions  map[string]identity // by access key
	ambient   *identity           // who runs the engine, nil: the operator
}

// call is one request to create, update or delete, from either adapter.
type call struct {
	place
	Caller      *identity // nil: nobody asks whether it may
	DefaultTags resource.PropertyMap
	Token       string
	URN         resource.URN
	Name        string
	ID          string
	Inputs      resource.PropertyMap // plain
	Autonaming  *autonaming          // nil: as the row says
	kube        *kubeTarget          // of the package kubernetes: the cluster's API
}

// autonaming is how the engine was told to name what has no name.
type autonaming struct {
	Name string // "" leaves it to the row
	Off  bool
}

// row is the registry's row of a type.
func (m *model) row(token string) (*row, error) {
	if isKube(token) {
		return kubeRow(token), nil
	}
	if known := m.registry.rows[token]; known != nil {
		return known, nil
	}
	return nil, fmt.Errorf("the simulated cloud has no type %s; add it to pkg/sim/schema/types.txt and give it a row", token)
}

// request is the call as rules see it.
func (m *model) request(c call, op operation) (*request, error) {
	known, err := m.row(c.Token)
	if err != nil {
		return nil, err
	}
	return &request{
		place: c.place, Type: known, Op: op, URN: c.URN, Name: c.Name, ID: c.ID, Caller: c.Caller, cloud: m,
	}, nil
}

// create makes a resource and gives its record.
func (m *model) create(c call) (*Resource, error) {
	if isKube(c.Token) {
		return m.kubeCreate(c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.createHeld(c)
}

// createHeld is create with the lock held.
func (m *model) createHeld(c call) (*Resource, error) {
	r, err := m.request(c, opCreate)
	if err != nil {
		return nil, err
	}
	r.New = r.Type.withDefaults(withTags(r.Type, m.registry, c.Inputs, c.DefaultTags))
	if r.ID == "" { // an import under mocks has one
		if r.ID, err = m.newID(r); err != nil {
			return nil, err
		}
	}
	record := &Resource{
		Account: r.Account, Region: r.Type.regionOf(r.place), Type: c.Token, ID: r.ID, Name: c.Name, URN: c.URN, row: r.Type,
	}
	if c.Caller != nil {
		record.creator = c.Caller.Source
	}
	if refused := m.judgeCreate(r, record); refused != nil {
		return nil, r.failed(refused)
	}
	record.Properties = r.outputs()
	return record, m.inventory.change([]*Resource{record}, nil)
}

func (m *model) judgeCreate(r *request, record *Resource) *Error {
	if refused := m.judge(r, r.Type.Create); refused != nil {
		return refused
	}
	if refused := m.judgeQuotas(r); refused != nil {
		return refused
	}
	if m.inventory.records[record.key()] != nil && !r.Type.Attached {
		return refuseStatus(http.StatusConflict, "AlreadyExists", "%s %q already exists", r.Type.Token, r.ID)
	}
	return r.effect()
}

// judge is what is common to creating and updating.
func (m *model) judge(r *request, rules []rule) *Error {
	if refused := m.authorize(r); refused != nil {
		return refused
	}
	if refused := m.judgeReferences(r); refused != nil {
		return refused
	}
	if refused := m.judgeUnique(r); refused != nil {
		return refused
	}
	for _, rule := range rules {
		if refused := rule(r); refused != nil {
			return refused
		}
	}
	return nil
}

// update changes a resource in place and gives its record.
func (m *model) update(c call) (*Resource, error) {
	if isKube(c.Token) {
		return m.kubeUpdate(c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.request(c, opUpdate)
	if err != nil {
		return nil, err
	}
	old := m.lookup(r)
	if old == nil {
		return nil, r.failed(m.notFound(r, r.Type, r.ID))
	}
	r.Old = old.Properties
	r.New = r.Type.withDefaults(withTags(r.Type, m.registry, c.Inputs, c.DefaultTags))
	refused := m.judge(r, r.Type.Update)
	if refused == nil {
		refused = r.effect()
	}
	if refused != nil {
		return nil, r.failed(refused)
	}
	updated := *old
	if updated.URN == "" { // no program made it; this one took it in
		updated.Name, updated.URN = c.Name, c.URN
	}
	updated.Properties = r.outputs()
	return &updated, m.inventory.change([]*Resource{&updated}, nil)
}

// remove deletes a resource and what lives within it; one already gone is no error, as with the real provider.
func (m *model) remove(c call) error {
	if isKube(c.Token) {
		return m.kubeRemove(c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.removeHeld(c)
}

// removeHeld is remove with the lock held.
func (m *model) removeHeld(c call) error {
	r, err := m.request(c, opDelete)
	if err != nil {
		return err
	}
	target := m.lookup(r)
	if target == nil {
		return nil
	}
	r.Old, r.New = target.Properties, target.Properties
	if refused := m.judgeDelete(r, target); refused != nil {
		return r.failed(refused)
	}
	return m.inventory.change(nil, append(m.contents(target), target))
}

func (m *model) judgeDelete(r *request, target *Resource) *Error {
	if refused := m.authorize(r); refused != nil {
		return refused
	}
	for _, rule := range r.Type.Delete {
		if refused := rule(r); refused != nil {
			return refused
		}
	}
	if r.Type.InUse != nil {
		if holders := m.holders(target); len(holders) > 0 {
			return r.Type.InUse.of(r, target.ID)
		}
	}
	return r.effect()
}

// read gives a resource's record, or nil.
func (m *model) read(c call) (*Resource, error) {
	if isKube(c.Token) {
		return m.kubeRead(c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.request(c, opRead)
	if err != nil {
		return nil, err
	}
	if found := m.lookup(r); found != nil {
		r.Old, r.New = found.Properties, found.Properties
		if refused := m.authorize(r); refused != nil {
			return nil, r.failed(refused)
		}
		copied := found.clone()
		return &copied, nil
	}
	return nil, nil
}

// preview gives the outputs a create or an update would have, unknown where only the cloud can know.
func (m *model) preview(c call, old resource.PropertyMap) (resource.PropertyMap, error) {
	if isKube(c.Token) {
		return kubePreview(c, old), nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.request(c, opCreate)
	if err != nil {
		return nil, err
	}
	if old != nil {
		r.Op, r.Old = opUpdate, old
	}
	r.New = r.Type.withDefaults(withTags(r.Type, m.registry, c.Inputs, c.DefaultTags))
	return r.previewOutputs(m.registry.schema(c.Token)), nil
}

// lookup is the resource a call is about, or nil.
func (m *model) lookup(r *request) *Resource {
	key := m.keyOf(r)
	if record := m.inventory.records[key]; record != nil || r.Type.Found == nil {
		return record
	}
	if properties := r.Type.Found(r); properties != nil {
		return &Resource{
			Account: key.Account, Region: key.Region, Type: key.Type, ID: key.ID, Properties: properties, row: r.Type,
		}
	}
	return nil
}

func (m *model) keyOf(r *request) recordKey {
	return recordKey{r.Account, r.Type.regionOf(r.place), r.Type.Token, r.ID}
}

// newID is the id of a new resource: of the row's making, or hashed from the URN and how often it was made here before,
// so that two runs of one program get the same ids whatever order the engine works in.
func (m *model) newID(r *request) (string, error) {
	if r.Type.ID != nil {
		id := r.Type.ID(r)
		if !id.IsString() || id.StringValue() == "" {
			return "", fmt.Errorf("%s: no id could be made from its inputs", r.Type.Token)
		}
		return id.StringValue(), nil
	}
	made, err := m.inventory.count(strings.Join([]string{r.Account, r.Region, string(r.URN), r.Type.Token}, "|"))
	if err != nil {
		return "", err
	}
	id := digest(16, r.Account, r.Region, r.Type.Token, string(r.URN), strconv.Itoa(made))
	return r.Type.Prefix + "-0" + id, nil
}

// failed names the call a refusal answers, in the AWS SDK's form.
func (r *request) failed(refused *Error) *Error {
	parts := strings.Split(r.Type.Token, ":")
	module, _, _ := strings.Cut(parts[1], "/")
	verbs := map[operation]string{opCreate: "Create", opUpdate: "Modify", opDelete: "Delete", opRead: "Describe"}
	named := *refused
	named.operation = strings.ToUpper(module) + ": " + verbs[r.Op] + parts[2]
	return &named
}

func (r *request) effect() *Error {
	if r.Type.Effect == nil {
		return nil
	}
	return r.Type.Effect(r)
}

// regionOf is where a resource of the type lives.
func (t *row) regionOf(at place) string {
	if t.Scope == account {
		return ""
	}
	return at.Region
}

// latencyOf is how long the cloud takes for a type.
func (m *model) latencyOf(token string) latency {
	known, err := m.row(token)
	if err != nil {
		return latency{}
	}
	return known.Latency
}
