package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/protobuf/types/known/structpb"
)

// Resource is one resource of the simulated cloud.
type Resource struct {
	Account    string
	Region     string // "" for what has none (IAM)
	Type       string // token, "aws:ec2/vpc:Vpc"
	ID         string
	Name       string       // logical name in the program that made it, "" if none did
	URN        resource.URN // of the resource that made it, "" if none did
	Properties resource.PropertyMap

	row     *row
	creator string // the ARN of who made it, "" for what nobody in particular made
}

// Text is a string property, "" when absent.
func (r *Resource) Text(property string) string { return text(r.Properties, property) }

// Flag is a boolean property.
func (r *Resource) Flag(property string) bool { return flag(r.Properties, property) }

// Number is a numeric property.
func (r *Resource) Number(property string) int { return number(r.Properties, property) }

// Texts are all strings at a path, list elements included.
func (r *Resource) Texts(path string) []string { return texts(r.Properties, path) }

func (r *Resource) key() recordKey { return recordKey{r.Account, r.Region, r.Type, r.ID} }

func (r *Resource) place() place { return place{Account: r.Account, Region: r.Region} }

// seenFrom says whether calls at a place act on it.
func (r *Resource) seenFrom(at place) bool {
	return r.Account == at.Account && (r.Region == "" || at.Region == "" || r.Region == at.Region)
}

// clone keeps callers from changing the inventory.
func (r *Resource) clone() Resource {
	copied := *r
	copied.Properties = plainMap(r.Properties)
	return copied
}

type recordKey struct{ Account, Region, Type, ID string }

func (k recordKey) bytes() []byte {
	return []byte(k.Account + "\x00" + k.Region + "\x00" + k.Type + "\x00" + k.ID)
}

func compareKeys(a, b recordKey) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
		cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
}

// inventory is every resource of every account and region. Changes reach the disk before they are seen; with no
// database it is memory only. The model's lock guards it.
type inventory struct {
	records  map[recordKey]*Resource
	counters map[string]int
	db       *bolt.DB
	ordered  []*Resource // of sorted, nil after a change
}

var (
	recordsBucket  = []byte("resources")
	countersBucket = []byte("counters")
)

// openInventory reads what a database holds; an empty file name means memory.
func openInventory(file string, reg *registry) (*inventory, error) {
	inv := &inventory{records: map[recordKey]*Resource{}, counters: map[string]int{}}
	if file == "" {
		return inv, nil
	}
	db, err := openDatabase(file)
	if err != nil {
		return nil, err
	}
	inv.db = db
	if err := db.Update(func(tx *bolt.Tx) error { return inv.load(tx, reg) }); err != nil {
		return nil, fmt.Errorf("inventory %s: %w", file, err)
	}
	return inv, nil
}

func (v *inventory) load(tx *bolt.Tx, reg *registry) error {
	records, err := tx.CreateBucketIfNotExists(recordsBucket)
	if err != nil {
		return err
	}
	counters, err := tx.CreateBucketIfNotExists(countersBucket)
	if err != nil {
		return err
	}
	err = records.ForEach(func(_, content []byte) error {
		record, err := decodeRecord(content)
		if err != nil {
			return err
		}
		if record.row = reg.rows[record.Type]; isKube(record.Type) {
			record.row = kubeRow(record.Type)
		}
		if record.row == nil {
			return fmt.Errorf("holds a %s, a type this version does not know; remove the file to start afresh", record.Type)
		}
		v.records[record.key()] = record
		return nil
	})
	if err != nil {
		return err
	}
	return counters.ForEach(func(name, content []byte) error {
		count := 0
		err := json.Unmarshal(content, &count)
		v.counters[string(name)] = count
		return err
	})
}

// storedRecord is a Resource on disk.
type storedRecord struct {
	Account, Region, Type, ID, Name, Creator string
	URN                                      resource.URN
	Properties                               *structpb.Struct
}

func encodeRecord(record *Resource) ([]byte, error) {
	properties, err := plugin.MarshalProperties(record.Properties, plugin.MarshalOptions{})
	if err != nil {
		return nil, err
	}
	return json.Marshal(storedRecord{
		record.Account, record.Region, record.Type, record.ID, record.Name, record.creator, record.URN, properties})
}

func decodeRecord(content []byte) (*Resource, error) {
	var stored storedRecord
	if err := json.Unmarshal(content, &stored); err != nil {
		return nil, err
	}
	properties, err := plugin.UnmarshalProperties(stored.Properties, plugin.MarshalOptions{})
	if err != nil {
		return nil, err
	}
	return &Resource{
		Account: stored.Account, Region: stored.Region, Type: stored.Type, ID: stored.ID,
		Name: stored.Name, creator: stored.Creator, URN: stored.URN, Properties: properties,
	}, nil
}

// change puts and removes records in one transaction.
func (v *inventory) change(put []*Resource, remove []*Resource) error {
	if v.db != nil {
		if err := v.db.Update(func(tx *bolt.Tx) error { return persist(tx, put, remove) }); err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
	}
	v.ordered = nil
	for _, record := range remove {
		delete(v.records, record.key())
	}
	for _, record := range put {
		v.records[record.key()] = record
	}
	return nil
}

func persist(tx *bolt.Tx, put []*Resource, remove []*Resource) error {
	records := tx.Bucket(recordsBucket)
	for _, record := range remove {
		if err := records.Delete(record.key().bytes()); err != nil {
			return err
		}
	}
	for _, record := range put {
		content, err := encodeRecord(record)
		if err != nil {
			return err
		}
		if err := records.Put(record.key().bytes(), content); err != nil {
			return err
		}
	}
	return nil
}

// count is how often a name was counted before.
func (v *inventory) count(name string) (int, error) {
	before := v.counters[name]
	if v.db != nil {
		content, err := json.Marshal(before + 1)
		if err != nil {
			return 0, err
		}
		err = v.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(countersBucket).Put([]byte(name), content) })
		if err != nil {
			return 0, fmt.Errorf("inventory: %w", err)
		}
	}
	v.counters[name] = before + 1
	return before, nil
}

// forget makes a name as if never counted.
func (v *inventory) forget(name string) error {
	if _, counted := v.counters[name]; !counted {
		return nil
	}
	if v.db != nil {
		err := v.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(countersBucket).Delete([]byte(name)) })
		if err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
	}
	delete(v.counters, name)
	return nil
}

// sorted are all records by account, region, type and id; callers do not change the list.
func (v *inventory) sorted() []*Resource {
	if v.ordered != nil {
		return v.ordered
	}
	all := make([]*Resource, 0, len(v.records))
	for _, record := range v.records {
		all = append(all, record)
	}
	slices.SortFunc(all, func(a, b *Resource) int { return compareKeys(a.key(), b.key()) })
	v.ordered = all
	return all
}

func (v *inventory) close() error {
	if v.db == nil {
		return nil
	}
	return v.db.Close()
}

// openDatabase opens a file of ours. A write survives the death of this process the moment it is made; it need not
// survive the machine's, so no write waits for the disk.
func openDatabase(file string) (*bolt.DB, error) {
	db, err := bolt.Open(file, 0o600, &bolt.Options{Timeout: lockWait})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w; is another simulated cloud running on it?", file, err)
	}
	db.NoSync = true
	return db, nil
}
