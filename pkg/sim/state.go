package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/johannesboyne/gofakes3"
)

// StoreRequest is one request the S3 server got.
type StoreRequest struct {
	Method string // "GET", "PUT", ...; "LIST" for a GET of a bucket
	Bucket string
	Key    string // for LIST, the prefix
	Copy   string // for a PUT that copies, "bucket/key" of the source
}

// StoreFault is something that goes wrong between the engine and its state.
type StoreFault struct {
	Method string // as in StoreRequest; "" is any
	Key    string // what the key contains; "" is any
	// Nth is which of the requests meant goes wrong first, counted from 1 after InjectStore, and Times how many in a row:
	// 0 is one, a negative number all that follow.
	Nth, Times int
	// Status and Code are the answer; 503 SlowDown if not given.
	Status int
	Code   string
	// Cut closes the connection without an answer.
	Cut bool
	// Call is run before the request is handled; with Status, Code and Cut unset the request then succeeds.
	Call func(StoreRequest)
}

// recorded is how many requests are remembered.
const recorded = 100_000

// stateServer is the S3 server, with its faults and its memory.
type stateServer struct {
	next  http.Handler
	model *model

	mu          sync.Mutex
	requests    []StoreRequest
	keyRequests []KeyRequest
	faults      []*pendingStoreFault
}

type pendingStoreFault struct {
	StoreFault
	seen int
}

func newStateServer(m *model) *stateServer {
	return &stateServer{next: gofakes3.New(m.store, gofakes3.WithoutVersioning()).Server(), model: m}
}

// InjectStore asks for a fault of the S3 server.
func (c *Cloud) InjectStore(fault StoreFault) {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	c.state.faults = append(c.state.faults, &pendingStoreFault{StoreFault: fault})
}

// HealStore ends every fault of the S3 server.
func (c *Cloud) HealStore() {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	c.state.faults = nil
}

// StoreRequests are the requests the S3 server got, oldest first.
func (c *Cloud) StoreRequests() []StoreRequest {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	return slices.Clone(c.state.requests)
}

// ServeHTTP records a request, lets a fault answer it, refuses what its signer may not do or hands it on. KMS is served
// along with S3, told apart by how its requests name their operation.
func (s *stateServer) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	if strings.HasPrefix(in.Header.Get("X-Amz-Target"), keyTarget) {
		s.serveKeys(out, in)
		return
	}
	asked := storeRequest(in)
	for _, fault := range s.due(asked) {
		if fault.Call != nil {
			fault.Call(asked)
		}
		if fault.Cut {
			cut(out)
			return
		}
		if fault.Call == nil || fault.Status != 0 || fault.Code != "" {
			fault.answer(out)
			return
		}
	}
	caller, refused := s.model.signer(in)
	if refused == nil && caller != nil {
		refused = s.model.authorizeStore(*caller, in, asked)
	}
	if refused != nil {
		answerS3(out, refused)
		return
	}
	s.next.ServeHTTP(out, in)
}

// cut closes the connection and says nothing.
func cut(out http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(out).Hijack(); err == nil {
		_ = connection.Close() // nothing is left to tell anybody
	}
}

func storeRequest(in *http.Request) StoreRequest {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/")
	asked := StoreRequest{Method: in.Method, Bucket: bucket, Key: key}
	if key == "" && in.Method == http.MethodGet {
		asked.Method, asked.Key = "LIST", in.URL.Query().Get("prefix")
	}
	if source, err := url.PathUnescape(in.Header.Get("X-Amz-Copy-Source")); err == nil {
		asked.Copy = strings.TrimPrefix(source, "/")
	}
	return asked
}

func (s *stateServer) due(asked StoreRequest) []StoreFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= recorded {
		s.requests = slices.Delete(s.requests, 0, recorded/10)
	}
	s.requests = append(s.requests, asked)
	var due []StoreFault
	for _, fault := range s.faults {
		if (fault.Method != "" && fault.Method != asked.Method) || !strings.Contains(asked.Key, fault.Key) {
			continue
		}
		fault.seen++
		first := max(fault.Nth, 1)
		if fault.seen >= first && (fault.Times < 0 || fault.seen < first+max(fault.Times, 1)) {
			due = append(due, fault.StoreFault)
		}
	}
	return due
}

func (f *StoreFault) answer(out http.ResponseWriter) {
	code, status := f.Code, f.Status
	if code == "" {
		code = "SlowDown"
	}
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	out.Header().Set("Content-Type", "application/xml")
	out.WriteHeader(status)
	fmt.Fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>Please reduce your "+
		"request rate.</Message><RequestId>0</RequestId></Error>", code)
}
