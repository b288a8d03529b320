package sim

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/johannesboyne/gofakes3"

	"aws-platform/pkg/sim/authz"
)

// need is one right that a request to S3 wants.
type need struct {
	action, bucket, key string
	context             map[string][]string
}

func (n need) arn(partition string) string {
	arn := "arn:" + partition + ":s3:::" + n.bucket
	if n.key != "" {
		arn += "/" + n.key
	}
	return arn
}

// needs are the rights S3 asks of a request's signer, after "Actions, resources, and condition keys for Amazon S3".
// Deleting many objects at once is judged on all of the bucket: the body is not read.
func (a StoreRequest) needs(in *http.Request) []need {
	query := in.URL.Query()
	object := func(action string) []need { return []need{{action: action, bucket: a.Bucket, key: a.Key}} }
	if _, key, _ := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/"); key == "" {
		actions := map[string]string{
			http.MethodPut: "s3:CreateBucket", http.MethodDelete: "s3:DeleteBucket", http.MethodHead: "s3:ListBucket", "LIST": "s3:ListBucket",
		}
		asked := need{action: actions[a.Method], bucket: a.Bucket, context: map[string][]string{}}
		for _, name := range []string{"prefix", "delimiter", "max-keys"} {
			if query.Has(name) {
				asked.context["s3:"+name] = []string{query.Get(name)}
			}
		}
		if query.Has("location") {
			asked.action = "s3:GetBucketLocation"
		}
		if a.Method == http.MethodPost {
			asked.action, asked.key = "s3:DeleteObject", "*"
		}
		return []need{asked}
	}
	switch {
	case a.Method == http.MethodDelete && query.Has("uploadId"):
		return object("s3:AbortMultipartUpload")
	case a.Method == http.MethodDelete && query.Has("versionId"):
		return object("s3:DeleteObjectVersion")
	case a.Method == http.MethodDelete:
		return object("s3:DeleteObject")
	case a.Method == http.MethodGet || a.Method == http.MethodHead:
		return object("s3:GetObject")
	}
	put := object("s3:PutObject")
	put[0].context = map[string][]string{}
	for header, key := range map[string]string{
		"X-Amz-Server-Side-Encryption":                "s3:x-amz-server-side-encryption",
		"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "s3:x-amz-server-side-encryption-aws-kms-key-id",
		"X-Amz-Acl": "s3:x-amz-acl",
	} {
		if value := in.Header.Get(header); value != "" {
			put[0].context[key] = []string{value}
		}
	}
	if bucket, key, copied := strings.Cut(a.Copy, "/"); copied {
		put = append(put, need{action: "s3:GetObject", bucket: bucket, key: key})
	}
	return put
}

// authorizeStore refuses what the signer of a request to S3 may not do, and what it may not know: for an object that is
// not there, whoever may not list the bucket gets the answer for one that is closed.
func (m *model) authorizeStore(caller identity, in *http.Request, asked StoreRequest) *Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	partition := m.store.owner.Partition
	may := func(wanted need) *Error {
		request := authz.Request{
			Principal: m.principal(caller), Action: wanted.action, Resource: wanted.arn(partition), Context: map[string][]string{
				"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"},
			},
		}
		for key, values := range wanted.context {
			request.Context[key] = values
		}
		if decided := m.decide(caller, request); !decided.Allowed {
			return unauthorized(request, decided)
		}
		return m.mayUseKey(caller, wanted, partition)
	}
	for _, wanted := range asked.needs(in) {
		if refused := may(wanted); refused != nil {
			return refused
		}
		if wanted.action != "s3:GetObject" {
			continue
		}
		if _, err := m.store.HeadObject(wanted.bucket, wanted.key); gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchKey) {
			if refused := may(need{action: "s3:ListBucket", bucket: wanted.bucket}); refused != nil {
				return refused
			}
		}
	}
	return nil
}

// mayUseKey judges the use S3 makes of a bucket's key in the caller's name.
func (m *model) mayUseKey(caller identity, wanted need, partition string) *Error {
	action := map[string]string{"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}[wanted.action]
	if action == "" {
		return nil
	}
	for _, record := range m.inventory.sorted() {
		if record.Type != typeBucketEncryption || record.ID != wanted.bucket {
			continue
		}
		for _, key := range record.Texts("rules.applyServerSideEncryptionByDefault.kmsMasterKeyId") {
			request := authz.Request{Principal: m.principal(caller), Action: action, Resource: key, Context: map[string][]string{
				"kms:ViaService":                   {"s3." + record.Region + ".amazonaws.com"},
				"kms:EncryptionContext:aws:s3:arn": {need{bucket: wanted.bucket}.arn(partition)},
				"aws:SecureTransport":              {"true"},
			}}
			if decided := m.decide(caller, request); !decided.Allowed {
				refused := unauthorized(request, decided)
				refused.Code, refused.Status = "AccessDenied", http.StatusForbidden
				return refused
			}
		}
	}
	return nil
}

// answerS3 tells a refusal as S3 does.
func answerS3(out http.ResponseWriter, refused *Error) {
	content, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: refused.Code, Message: refused.Message})
	if err != nil {
		http.Error(out, refused.Code, refused.Status)
		return
	}
	out.Header().Set("Content-Type", "application/xml")
	out.WriteHeader(refused.Status)
	_, _ = out.Write(append([]byte(xml.Header), content...)) // the caller hung up
}
