package sim

import (
	"bytes"
	"io"
	"slices"
	"sync"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3bolt"
	bolt "go.etcd.io/bbolt"
)

// diskStore keeps objects in a file. What s3bolt gives of an object still points into the file's memory map, which the
// next write may move: an object is copied out before any write is let in.
type diskStore struct {
	*s3bolt.Backend
	mu sync.RWMutex
}

var _ gofakes3.Backend = (*diskStore)(nil)

func newDiskStore(db *bolt.DB) *diskStore { return &diskStore{Backend: s3bolt.New(db)} }

// GetObject gives an object that is the caller's own.
func (d *diskStore) GetObject(bucket, key string, part *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	object, err := d.Backend.GetObject(bucket, key, part)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(object.Contents)
	if err != nil {
		return nil, err
	}
	object.Contents, object.Hash = io.NopCloser(bytes.NewReader(content)), slices.Clone(object.Hash)
	return object, nil
}

// HeadObject gives an object without its content.
func (d *diskStore) HeadObject(bucket, key string) (*gofakes3.Object, error) {
	object, err := d.GetObject(bucket, key, nil)
	if err != nil {
		return nil, err
	}
	object.Contents = io.NopCloser(bytes.NewReader(nil))
	return object, nil
}

// PutObject writes an object.
func (d *diskStore) PutObject(
	bucket, key string, meta map[string]string, input io.Reader, size int64, conditions *gofakes3.PutConditions,
) (gofakes3.PutObjectResult, error) {
	// Read first: whoever sends slowly keeps nobody waiting.
	content, err := io.ReadAll(input)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.PutObject(bucket, key, meta, bytes.NewReader(content), size, conditions)
}

// CopyObject reads and writes by the methods above.
func (d *diskStore) CopyObject(
	fromBucket, from, toBucket, to string, meta map[string]string,
) (gofakes3.CopyObjectResult, error) {
	return gofakes3.CopyObject(d, fromBucket, from, toBucket, to, meta)
}

// DeleteObject removes an object.
func (d *diskStore) DeleteObject(bucket, key string) (gofakes3.ObjectDeleteResult, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.DeleteObject(bucket, key)
}

// DeleteMulti removes objects.
func (d *diskStore) DeleteMulti(bucket string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.DeleteMulti(bucket, keys...)
}

// CreateBucket makes room for a bucket.
func (d *diskStore) CreateBucket(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.CreateBucket(name)
}

// DeleteBucket removes an empty bucket.
func (d *diskStore) DeleteBucket(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.DeleteBucket(name)
}

// ForceDeleteBucket removes a bucket with its content.
func (d *diskStore) ForceDeleteBucket(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Backend.ForceDeleteBucket(name)
}
