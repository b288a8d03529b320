package sim

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDiskStoreGivesObjectsOfItsOwn reads and copies while the file grows: what was read must stay what it was.
func TestDiskStoreGivesObjectsOfItsOwn(t *testing.T) {
	t.Parallel()
	db, err := openDatabase(filepath.Join(t.TempDir(), "objects"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	d := newDiskStore(db)
	require.NoError(t, d.CreateBucket("b"))
	put := func(key string, content []byte) error {
		_, err := d.PutObject("b", key, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
		return err
	}
	first := bytes.Repeat([]byte("state"), 5000)
	require.NoError(t, put("first", first))

	var group sync.WaitGroup
	failures := make(chan error, 200)
	for i := range 100 {
		group.Go(func() { failures <- put(fmt.Sprint("grow-", i), bytes.Repeat([]byte{byte(i)}, 100_000)) })
		group.Go(func() {
			_, err := d.CopyObject("b", "first", "b", fmt.Sprint("copy-", i), map[string]string{})
			failures <- err
		})
	}
	held, err := d.GetObject("b", "first", nil)
	require.NoError(t, err)
	group.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	for _, key := range []string{"copy-0", "copy-99"} {
		object, err := d.GetObject("b", key, nil)
		require.NoError(t, err)
		content, err := io.ReadAll(object.Contents)
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, content), key)
	}
	content, err := io.ReadAll(held.Contents)
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, content), "an object held while others are written")
}
