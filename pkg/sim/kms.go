package sim

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"aws-platform/pkg/sim/authz"
)

// KeyRequest is one request to use a key.
type KeyRequest struct {
	Operation string // "Encrypt" or "Decrypt"
	Key       string // ARN
	Context   map[string]string
}

// KeyRequests are the requests the KMS of this cloud got, oldest first.
func (c *Cloud) KeyRequests() []KeyRequest {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	return slices.Clone(c.state.keyRequests)
}

// keyTarget is how KMS's API names its operations.
const keyTarget = "TrentService."

// keyCall is the part of Encrypt and Decrypt that both have, and their answers.
type keyCall struct {
	KeyID             string            `json:"KeyId,omitempty"`
	Plaintext         []byte            `json:",omitempty"`
	CiphertextBlob    []byte            `json:",omitempty"`
	EncryptionContext map[string]string `json:",omitempty"`
}

// sealed is what a simulated ciphertext holds. It hides nothing: it is there to be asked for.
type sealed struct {
	Key       string
	Context   map[string]string
	Plaintext []byte
}

// serveKeys answers Encrypt and Decrypt; nothing else of KMS is asked for over its own API here.
func (s *stateServer) serveKeys(out http.ResponseWriter, in *http.Request) {
	answer, refused := s.useKey(in)
	out.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if refused != nil {
		out.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(out).Encode(map[string]string{"__type": refused.Code, "message": refused.Message}) // the caller hung up
		return
	}
	_ = json.NewEncoder(out).Encode(answer) // the caller hung up
}

func (s *stateServer) useKey(in *http.Request) (*keyCall, *Error) {
	var asked keyCall
	if err := json.NewDecoder(http.MaxBytesReader(nil, in.Body, 1<<20)).Decode(&asked); err != nil {
		return nil, refuse("SerializationException", "%v", err)
	}
	operation := strings.TrimPrefix(in.Header.Get("X-Amz-Target"), keyTarget)
	var content sealed
	switch operation {
	case "Encrypt":
		content = sealed{Key: asked.KeyID, Context: asked.EncryptionContext, Plaintext: asked.Plaintext}
	case "Decrypt":
		if json.Unmarshal(asked.CiphertextBlob, &content) != nil || !maps.Equal(content.Context, asked.EncryptionContext) {
			return nil, refuse("InvalidCiphertextException", "")
		}
	default:
		return nil, refuse("UnknownOperationException", "%s", operation)
	}
	s.mu.Lock()
	s.keyRequests = append(s.keyRequests, KeyRequest{Operation: operation, Key: content.Key, Context: content.Context})
	s.mu.Unlock()
	caller, refused := s.model.signer(in)
	if refused == nil {
		refused = s.model.mayUse(caller, "kms:"+operation, content)
	}
	if refused != nil {
		return nil, refused
	}
	if operation == "Decrypt" {
		return &keyCall{KeyID: content.Key, Plaintext: content.Plaintext}, nil
	}
	blob, err := json.Marshal(content)
	if err != nil {
		return nil, internal(err)
	}
	return &keyCall{KeyID: content.Key, CiphertextBlob: blob}, nil
}

// mayUse judges a use of a key that is asked for by its ARN.
func (m *model) mayUse(caller *identity, action string, content sealed) *Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	parts := strings.SplitN(content.Key, ":", arnParts)
	if len(parts) != arnParts || m.find(place{Account: parts[4], Region: parts[3]}, kindKey, content.Key) == nil {
		return refuse("NotFoundException", "Key '%s' does not exist", content.Key)
	}
	if caller == nil {
		return nil
	}
	asked := authz.Request{Principal: m.principal(*caller), Action: action, Resource: content.Key, Context: map[string][]string{
		"aws:SecureTransport": {"true"}, "aws:ViaAWSService": {"false"},
	}}
	for name, value := range content.Context {
		asked.Context["kms:EncryptionContext:"+name] = []string{value}
		asked.Context["kms:EncryptionContextKeys"] = append(asked.Context["kms:EncryptionContextKeys"], name)
	}
	if decided := m.decide(*caller, asked); !decided.Allowed {
		return unauthorized(asked, decided)
	}
	return nil
}
