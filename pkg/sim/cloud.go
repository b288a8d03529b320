package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// Options say what cloud to simulate.
type Options struct {
	// Dir keeps inventory and buckets between runs; "" keeps them in memory.
	Dir string
	// Accounts are the organization's; one is the management account. None given: a single one, 111111111111.
	Accounts []Account
	// Region is where a provider acts that names none.
	Region string
	// Speed plays how long AWS takes: 1 as long, 10 a tenth of it, 0 no time at all.
	Speed float64
	// Quotas raise or lower a default quota, by the error code that tells of it ("VpcLimitExceeded").
	Quotas map[string]int
	// Outside says that the engine runs outside every VPC: endpoints of clusters that are private do not answer it.
	Outside bool
	// ProviderPort and StorePort are the loopback ports to listen on; 0 takes any that is free.
	ProviderPort, StorePort int
}

// Cloud is a running simulated cloud.
type Cloud struct {
	options Options
	home    place
	model   *model
	faults  *faults
	state   *stateServer

	providers     *grpc.Server
	http          *http.Server
	providerPort  int
	storePort     int
	serving       chan error
	servingsAlive int
}

// Start opens the inventory and serves it until Close.
func Start(options Options) (*Cloud, error) {
	home, accounts, err := organization(options)
	if err != nil {
		return nil, err
	}
	reg, err := newRegistry()
	if err != nil {
		return nil, err
	}
	inventory, store, err := open(options.Dir, reg)
	if err != nil {
		return nil, err
	}
	m := &model{
		registry: reg, accounts: accounts, quotas: options.Quotas, outside: options.Outside, inventory: inventory, store: store,
		sessions: map[string]identity{},
	}
	m.joinMade()
	store.model, store.owner = m, home
	cloud := &Cloud{
		options: options, home: home, model: m, faults: &faults{}, state: newStateServer(m), serving: make(chan error, 2),
	}
	if err := cloud.serve(); err != nil {
		return nil, errors.Join(err, cloud.Close())
	}
	return cloud, nil
}

func organization(options Options) (place, map[string]Account, error) {
	list := options.Accounts
	if len(list) == 0 {
		list = []Account{{ID: "111111111111", Name: "management", Management: true}}
	}
	home := place{Region: options.Region, Partition: partitionOf(options.Region)}
	accounts := map[string]Account{}
	for _, one := range list {
		if len(one.ID) != 12 || strings.Trim(one.ID, "0123456789") != "" {
			return home, nil, fmt.Errorf("account %q: id %q is not twelve digits", one.Name, one.ID)
		}
		if _, twice := accounts[one.ID]; twice {
			return home, nil, fmt.Errorf("account %q: id %s is taken by %q", one.Name, one.ID, accounts[one.ID].Name)
		}
		accounts[one.ID] = one
		if one.Management {
			if home.Account != "" {
				return home, nil, fmt.Errorf("account %q: %s is the management account already", one.Name, home.Account)
			}
			home.Account = one.ID
		}
	}
	if home.Account == "" {
		return home, nil, errors.New("none of the accounts is the management account")
	}
	return home, accounts, nil
}

func open(dir string, reg *registry) (*inventory, *store, error) {
	records, objects := "", ""
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, nil, err
		}
		records, objects = filepath.Join(dir, "inventory.db"), filepath.Join(dir, "objects.db")
	}
	inv, err := openInventory(records, reg)
	if err != nil {
		return nil, nil, err
	}
	opened, err := openStore(objects)
	if err != nil {
		return nil, nil, errors.Join(err, inv.close())
	}
	return inv, opened, nil
}

func (c *Cloud) serve() error {
	providers, err := listen(c.options.ProviderPort)
	if err != nil {
		return err
	}
	objects, err := listen(c.options.StorePort)
	if err != nil {
		return errors.Join(err, providers.Close())
	}
	c.providerPort = providers.Addr().(*net.TCPAddr).Port
	c.storePort = objects.Addr().(*net.TCPAddr).Port

	server := newProvider(c.model, c.faults, c.options.Speed, c.home)
	c.providers = grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.StatsHandler(&connections{server}))
	pulumirpc.RegisterResourceProviderServer(c.providers, server)
	c.http = &http.Server{Handler: c.state, ReadHeaderTimeout: time.Minute}
	c.servingsAlive = 2
	go func() { c.serving <- c.providers.Serve(providers) }()
	go func() { c.serving <- c.http.Serve(objects) }()
	return nil
}

// maxMessage is as large as the engine's own limit.
const maxMessage = 400 << 20

func listen(port int) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// connections forgets the session of a connection that ended.
type connections struct{ provider *provider }

// connectionKey holds a connection's address in its context.
type connectionKey struct{}

// TagConn remembers whose connection it is.
func (*connections) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connectionKey{}, info.RemoteAddr.String())
}

// HandleConn acts on the end of a connection.
func (c *connections) HandleConn(ctx context.Context, event stats.ConnStats) {
	if _, ended := event.(*stats.ConnEnd); ended {
		if from, ok := ctx.Value(connectionKey{}).(string); ok {
			c.provider.forget(from)
		}
	}
}

// TagRPC is not needed.
func (*connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC is not needed.
func (*connections) HandleRPC(context.Context, stats.RPCStats) {}

// Close stops serving and closes the files; calls under way are cut off.
func (c *Cloud) Close() error {
	var problems []error
	if c.providers != nil {
		c.providers.Stop()
		problems = append(problems, c.http.Close())
	}
	for ; c.servingsAlive > 0; c.servingsAlive-- {
		if err := <-c.serving; err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, grpc.ErrServerStopped) {
			problems = append(problems, err)
		}
	}
	return errors.Join(append(problems, c.model.store.close(), c.model.inventory.close())...)
}

// Env is the environment in which an unmodified engine works against this cloud, and against nothing else.
func (c *Cloud) Env() map[string]string {
	packages := make([]string, 0, len(c.model.registry.schemas))
	for name := range c.model.registry.schemas {
		packages = append(packages, name+":"+strconv.Itoa(c.providerPort))
	}
	slices.Sort(packages)
	env := map[string]string{
		"PULUMI_DEBUG_PROVIDERS":                      strings.Join(packages, ","),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		"PULUMI_SKIP_UPDATE_CHECK":                    "true",
		"AWS_ACCESS_KEY_ID":                           "simulated",
		"AWS_SECRET_ACCESS_KEY":                       "simulated",
		"AWS_EC2_METADATA_DISABLED":                   "true",
		"AWS_ENDPOINT_URL_KMS":                        fmt.Sprintf("http://127.0.0.1:%d", c.storePort),
	}
	if c.options.Region != "" {
		env["AWS_REGION"] = c.options.Region
	}
	return env
}

// BackendURL is the state backend in a bucket of this cloud.
func (c *Cloud) BackendURL(bucket string) string {
	region := c.options.Region
	if region == "" {
		region = "us-east-1"
	}
	return fmt.Sprintf("s3://%s?endpoint=http://127.0.0.1:%d&s3ForcePathStyle=true&region=%s", bucket, c.storePort, region)
}

// CreateBucket makes a bucket in the management account, out of band.
func (c *Cloud) CreateBucket(name string) error { return c.model.store.CreateBucket(name) }

// Resources are all resources, sorted by account, region, type and id.
func (c *Cloud) Resources() []Resource {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	sorted := c.model.inventory.sorted()
	all := make([]Resource, len(sorted))
	for i, record := range sorted {
		all[i] = record.clone()
		all[i].row, all[i].creator = nil, "" // of no use outside, and they would make equal resources of two clouds differ
	}
	return all
}

// Edit changes a resource, given by id or ARN, behind Pulumi's back.
func (c *Cloud) Edit(id string, edit func(resource.PropertyMap)) error {
	return c.drift(id, func(record *Resource) (put, remove []*Resource) {
		changed := record.clone()
		edit(changed.Properties)
		return []*Resource{&changed}, nil
	})
}

// Vanish removes a resource, given by id or ARN, and what lives within it, behind Pulumi's back; nothing refuses.
func (c *Cloud) Vanish(id string) error {
	return c.drift(id, func(record *Resource) (put, remove []*Resource) {
		return nil, append(c.model.contents(record), record)
	})
}

func (c *Cloud) drift(id string, change func(*Resource) (put, remove []*Resource)) error {
	c.model.mu.Lock()
	defer c.model.mu.Unlock()
	var found *Resource
	for _, record := range c.model.inventory.sorted() {
		named := record.ID == id || record.Text("arn") == id
		if named && (found == nil || found.row.Attached) {
			found = record
		}
	}
	if found == nil {
		return fmt.Errorf("the simulated cloud has no resource %q", id)
	}
	put, remove := change(found)
	if len(remove) > 0 && found.row.Kind == kindBucket {
		if refused := c.model.deleteBucket(id, true); refused != nil {
			return refused
		}
	}
	return c.model.inventory.change(put, remove)
}
