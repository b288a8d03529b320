package sim

import "github.com/johannesboyne/gofakes3"

// store is what the buckets hold.
type store struct {
	backend gofakes3.Backend
}

// bucketInStore makes and removes a bucket's place in the store along with the bucket.
func bucketInStore(r *request) *Error {
	if r.cloud.store == nil {
		return nil
	}
	return nil
}
