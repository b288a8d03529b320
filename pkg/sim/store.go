package sim

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	bolt "go.etcd.io/bbolt"
)

// store is what the buckets hold. Buckets themselves are the inventory's: making one over the S3 API makes a resource,
// and the other way round.
type store struct {
	gofakes3.Backend
	db    *bolt.DB // nil in memory
	model *model
	owner place // whose buckets the S3 API makes
}

// openStore opens the objects of a file; an empty file name means memory.
func openStore(file string) (*store, error) {
	if file == "" {
		return &store{Backend: s3mem.New()}, nil
	}
	db, err := openDatabase(file)
	if err != nil {
		return nil, err
	}
	return &store{Backend: newDiskStore(db), db: db}, nil
}

func (s *store) close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

const bucketV2Token = "aws:s3/bucketV2:BucketV2"

// CreateBucket makes a bucket out of band.
func (s *store) CreateBucket(name string) error {
	_, err := s.model.create(call{place: s.owner, Token: bucketV2Token, Inputs: mapOf(map[string]any{"bucket": name})})
	return err
}

// DeleteBucket removes an empty bucket.
func (s *store) DeleteBucket(name string) error {
	return s.model.remove(call{place: s.owner, Token: bucketV2Token, ID: name})
}

// PutObject also remembers that a versioned bucket has versions: deleting objects does not empty it.
func (s *store) PutObject(
	bucket, key string, meta map[string]string, input io.Reader, size int64, conditions *gofakes3.PutConditions,
) (gofakes3.PutObjectResult, error) {
	if err := s.model.noteVersion(bucket); err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	return s.Backend.PutObject(bucket, key, meta, input, size, conditions)
}

// noteVersion counts a bucket as having versions, once, if versioning is on.
func (m *model) noteVersion(bucket string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.inventory.counters[versionsOf(bucket)] > 0 || !m.versioned(bucket) {
		return nil
	}
	_, err := m.inventory.count(versionsOf(bucket))
	return err
}

func (m *model) versioned(bucket string) bool {
	for _, record := range m.inventory.records {
		if record.Type == "aws:s3/bucketVersioningV2:BucketVersioningV2" && record.ID == bucket {
			configuration := record.Properties["versioningConfiguration"]
			return configuration.IsObject() && text(configuration.ObjectValue(), "status") == "Enabled"
		}
	}
	return false
}

func versionsOf(bucket string) string { return "versions|" + bucket }

// bucketInStore makes and removes a bucket's place in the store along with the bucket; one with content stays, unless it
// may be destroyed by force.
func bucketInStore(r *request) *Error {
	if r.cloud.store == nil {
		return nil
	}
	switch r.Op {
	case opCreate:
		return storeError(r.cloud.store.Backend.CreateBucket(r.ID))
	case opDelete:
		return r.cloud.deleteBucket(r.ID, r.Flag("forceDestroy"))
	default:
		return nil
	}
}

func (m *model) deleteBucket(name string, force bool) *Error {
	var err error
	switch {
	case force:
		err = m.store.Backend.ForceDeleteBucket(name)
	case m.inventory.counters[versionsOf(name)] > 0:
		return refuseStatus(http.StatusConflict, "BucketNotEmpty",
			"The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
	default:
		err = m.store.Backend.DeleteBucket(name)
	}
	if err == nil {
		err = m.inventory.forget(versionsOf(name))
	}
	return storeError(err)
}

// objectInStore puts and removes an object along with its resource.
func objectInStore(r *request) *Error {
	if r.cloud.store == nil {
		return nil
	}
	inner, bucket, key := r.cloud.store.Backend, r.Text("bucket"), r.Text("key")
	if r.Op == opDelete {
		_, err := inner.DeleteObject(bucket, key)
		return storeError(err)
	}
	content := []byte(r.Text("content"))
	if source := r.New["source"]; source.IsAsset() {
		var err error
		if content, err = source.AssetValue().Bytes(); err != nil {
			return refuse("InvalidRequest", "reading the object's source: %v", err)
		}
	}
	_, err := inner.PutObject(bucket, key, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
	return storeError(err)
}

func storeError(err error) *Error {
	switch {
	case err == nil:
		return nil
	case gofakes3.HasErrorCode(err, gofakes3.ErrBucketNotEmpty):
		return refuseStatus(http.StatusConflict, "BucketNotEmpty", "The bucket you tried to delete is not empty")
	case gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket):
		return refuseStatus(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case gofakes3.HasErrorCode(err, gofakes3.ErrBucketAlreadyExists):
		return nil // left by a process that died between the store and the inventory
	}
	return refuseStatus(http.StatusInternalServerError, "InternalError", "%s", fmt.Sprint(err))
}
