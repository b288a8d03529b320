package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/stretchr/testify/require"
)

// s3 sends one plain request to a cloud's S3 server and gives status and body.
func s3(t *testing.T, cloud *Cloud, method, path, body string) (int, string) {
	t.Helper()
	url := fmt.Sprintf("http://127.0.0.1:%d/%s", cloud.storePort, path)
	request, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewBufferString(body))
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { require.NoError(t, response.Body.Close()) }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

func TestBucketsOfTheInventoryAreTheStores(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	code, _ := s3(t, cloud, http.MethodPut, "logs/a", "1")
	require.Equal(t, http.StatusNotFound, code)

	dial(t, cloud, nil).create(t, bucketToken, "logs", mapOf(map[string]any{"bucket": "logs"}))
	code, _ = s3(t, cloud, http.MethodPut, "logs/a", "1")
	require.Equal(t, http.StatusOK, code)
	code, body := s3(t, cloud, http.MethodGet, "logs/a", "")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "1", body)

	code, _ = s3(t, cloud, http.MethodPut, "made-by-hand", "")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "made-by-hand", cloud.Resources()[1].ID)
	require.ErrorContains(t, cloud.CreateBucket("logs"), "BucketAlreadyOwnedByYou")
	code, _ = s3(t, cloud, http.MethodDelete, "made-by-hand", "")
	require.Equal(t, http.StatusNoContent, code)
	require.Len(t, cloud.Resources(), 1)
}

func TestBucketNamesAreGlobal(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	inputs := map[string]any{"bucket": "logs"}
	m.make(bucketToken, "logs", inputs)
	_, refused := m.in(managementID, "us-east-1").try(bucketToken, "logs", inputs)
	require.Equal(t, "BucketAlreadyOwnedByYou", refused.Code)
	_, refused = m.in(memberID, "eu-west-1").try(bucketToken, "logs", inputs)
	require.Equal(t, "BucketAlreadyExists", refused.Code)
	require.Equal(t, http.StatusConflict, refused.Status)
}

func (m *testModel) put(bucket, key string) {
	m.t.Helper()
	_, err := m.store.PutObject(bucket, key, map[string]string{}, bytes.NewReader([]byte("x")), 1, nil)
	require.NoError(m.t, err)
}

func TestABucketWithContentStays(t *testing.T) {
	t.Parallel()
	m := newTestModel(t)
	bucket := m.make(bucketToken, "logs", map[string]any{"bucket": "logs"})
	m.put("logs", "a")
	refused := m.destroy(bucket)
	require.Equal(t, "BucketNotEmpty", refused.Code)
	require.Equal(t, "The bucket you tried to delete is not empty", refused.Message)
	_, err := m.store.DeleteObject("logs", "a")
	require.NoError(t, err)
	require.Nil(t, m.destroy(bucket))

	forced := m.make(bucketToken, "logs", map[string]any{"bucket": "logs", "forceDestroy": true})
	m.put("logs", "a")
	require.Nil(t, m.destroy(forced))
	exists, err := m.store.BucketExists("logs")
	require.NoError(t, err)
	require.False(t, exists)
}

func TestStoreFaults(t *testing.T) {
	t.Parallel()
	cloud := start(t, Options{Region: "eu-west-1"})
	require.NoError(t, cloud.CreateBucket("state"))
	var seen []StoreRequest
	cloud.InjectStore(StoreFault{Method: http.MethodPut, Key: "stacks/", Nth: 2})
	cloud.InjectStore(StoreFault{Key: "locks/", Cut: true})
	cloud.InjectStore(StoreFault{Key: "meta", Times: -1, Status: http.StatusForbidden, Code: "AccessDenied"})
	cloud.InjectStore(StoreFault{Key: "history/", Call: func(asked StoreRequest) { seen = append(seen, asked) }})

	put := func(key string) (int, string) { return s3(t, cloud, http.MethodPut, "state/"+key, "x") }
	code, _ := put("stacks/dev")
	require.Equal(t, http.StatusOK, code)
	code, body := put("stacks/dev")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, "<Code>SlowDown</Code>")
	code, _ = put("stacks/dev")
	require.Equal(t, http.StatusOK, code, "once only")
	code, message := put("locks/1")
	require.Zero(t, code)
	require.Contains(t, message, "EOF")
	for range 2 {
		code, body = s3(t, cloud, http.MethodGet, "state/meta.yaml", "")
		require.Equal(t, http.StatusForbidden, code)
		require.Contains(t, body, "<Code>AccessDenied</Code>")
	}
	code, _ = put("history/1")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, []StoreRequest{{Method: http.MethodPut, Bucket: "state", Key: "history/1"}}, seen)

	_, _ = s3(t, cloud, http.MethodGet, "state?prefix=stacks/", "")
	requests := cloud.StoreRequests()
	require.Len(t, requests, 8)
	require.Equal(t, StoreRequest{Method: "LIST", Bucket: "state", Key: "stacks/"}, requests[7])
}

func TestTheCloudIsKeptOnDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cloud")
	options := Options{Dir: dir, Region: "eu-west-1"}
	cloud, err := Start(options)
	require.NoError(t, err)
	require.NoError(t, cloud.CreateBucket("state"))
	code, _ := s3(t, cloud, http.MethodPut, "state/a", "kept")
	require.Equal(t, http.StatusOK, code)
	first := dial(t, cloud, nil).create(t, vpcToken, "main", anyVpc)
	second := dial(t, cloud, nil).create(t, vpcToken, "main", anyVpc)
	before := cloud.Resources()

	_, err = Start(options)
	require.ErrorContains(t, err, "is another simulated cloud running on it?")
	require.NoError(t, cloud.Vanish(second.ID))
	require.NoError(t, cloud.Close())

	cloud = start(t, options)
	after := cloud.Resources()
	require.Len(t, after, 2)
	for _, kept := range after {
		require.Contains(t, before, kept)
	}
	_, body := s3(t, cloud, http.MethodGet, "state/a", "")
	require.Equal(t, "kept", body)
	third := dial(t, cloud, nil).create(t, vpcToken, "main", anyVpc)
	require.NotContains(t, []string{first.ID, second.ID}, third.ID, "ids are not used again after a restart")
}

func TestStoreErrors(t *testing.T) {
	t.Parallel()
	require.Nil(t, storeError(nil))
	require.Equal(t, "NoSuchBucket", storeError(gofakes3.BucketNotFound("x")).Code)
	require.Equal(t, "InternalError", storeError(io.ErrUnexpectedEOF).Code)
}
