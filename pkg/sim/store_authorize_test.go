package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// signed sends a request in the name of whoever holds an access key.
func signed(t *testing.T, cloud *Cloud, key, method, path, body string, headers map[string]string) (int, string) {
	t.Helper()
	url := fmt.Sprintf("http://127.0.0.1:%d/%s", cloud.storePort, path)
	request, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewBufferString(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

// reader is a cloud with a bucket "logs" that holds a/1, and the access key of a role that may do what statements say.
func reader(t *testing.T, statements string, more ...func(engineAdapter)) (*Cloud, string) {
	t.Helper()
	cloud := start(t, Options{Region: "eu-west-1"})
	to := dial(t, cloud, nil)
	to.create(t, bucketToken, "logs", mapOf(map[string]any{"bucket": "logs"}))
	for _, each := range more {
		each(to)
	}
	to.create(t, roleToken, "r", mapOf(map[string]any{"name": "r", "assumeRolePolicy": assumable(byAccount), "inlinePolicies": []any{
		map[string]any{"name": "x", "policy": `{"Version":"2012-10-17","Statement":[` + statements + `]}`}}}))
	code, _ := s3(t, cloud, http.MethodPut, "logs/a/1", "one")
	require.Equal(t, http.StatusOK, code)
	env, err := cloud.EnvAs(roleARN(managementID, "r"))
	require.NoError(t, err)
	return cloud, env["AWS_ACCESS_KEY_ID"]
}

func may(action, target string) string {
	return `{"Effect":"Allow","Action":"` + action + `","Resource":"arn:` + `aws:s3:::` + target + `"}`
}

// TestS3HoldsRolesToTheirRights tries each request with the right and without it.
func TestS3HoldsRolesToTheirRights(t *testing.T) {
	t.Parallel()
	none, list := may("s3:GetObject", "other/*"), may("s3:ListBucket", "logs")
	for name, test := range map[string]struct {
		rights, method, path string
		headers              map[string]string
		want                 int
		code                 string
	}{
		"reads":                       {may("s3:GetObject", "logs/a/*"), http.MethodGet, "logs/a/1", nil, 200, ""},
		"reads another's":             {may("s3:GetObject", "logs/b/*"), http.MethodGet, "logs/a/1", nil, 403, "s3:GetObject"},
		"looks":                       {may("s3:GetObject", "logs/a/*"), http.MethodHead, "logs/a/1", nil, 200, ""},
		"looks at another's":          {none, http.MethodHead, "logs/a/1", nil, 403, ""},
		"reads what is not there":     {may("s3:GetObject", "logs/a/*") + "," + list, http.MethodGet, "logs/a/2", nil, 404, "NoSuchKey"},
		"which it may not know":       {may("s3:GetObject", "logs/a/*"), http.MethodGet, "logs/a/2", nil, 403, "s3:ListBucket"},
		"nor by listing a folder":     {may("s3:GetObject", "logs/a/*") + `,{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}}`, http.MethodGet, "logs/a/2", nil, 403, "s3:ListBucket"},
		"lists":                       {list, http.MethodGet, "logs?list-type=2&prefix=a/", nil, 200, ""},
		"lists without the right":     {none, http.MethodGet, "logs?list-type=2&prefix=a/", nil, 403, "s3:ListBucket"},
		"lists the folder it may":     {`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}}`, http.MethodGet, "logs?list-type=2&prefix=a/", nil, 200, ""},
		"lists another folder":        {`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"a/*"}}}`, http.MethodGet, "logs?list-type=2&prefix=b/", nil, 403, "s3:ListBucket"},
		"asks where":                  {may("s3:GetBucketLocation", "logs"), http.MethodGet, "logs?location", nil, 200, ""},
		"asks where without":          {list, http.MethodGet, "logs?location", nil, 403, "s3:GetBucketLocation"},
		"writes":                      {may("s3:PutObject", "logs/a/*"), http.MethodPut, "logs/a/2", nil, 200, ""},
		"writes another's":            {may("s3:PutObject", "logs/b/*"), http.MethodPut, "logs/a/2", nil, 403, "s3:PutObject"},
		"copies":                      {may("s3:PutObject", "logs/b/*") + "," + may("s3:GetObject", "logs/a/*"), http.MethodPut, "logs/b/1", map[string]string{"X-Amz-Copy-Source": "logs/a/1"}, 200, ""},
		"copies what it may not read": {may("s3:PutObject", "logs/b/*"), http.MethodPut, "logs/b/1", map[string]string{"X-Amz-Copy-Source": "logs/a/1"}, 403, "s3:GetObject"},
		"deletes":                     {may("s3:DeleteObject", "logs/a/*"), http.MethodDelete, "logs/a/1", nil, 204, ""},
		"deletes another's":           {none, http.MethodDelete, "logs/a/1", nil, 403, "s3:DeleteObject"},
		"deletes a version":           {may("s3:DeleteObject", "logs/a/*"), http.MethodDelete, "logs/a/1?versionId=x", nil, 403, "s3:DeleteObjectVersion"},
		"deletes many":                {may("s3:DeleteObject", "logs/a/*"), http.MethodPost, "logs?delete", nil, 403, "s3:DeleteObject"},
		"gives an upload up":          {may("s3:PutObject", "logs/a/*"), http.MethodDelete, "logs/a/1?uploadId=x", nil, 403, "s3:AbortMultipartUpload"},
		"makes a bucket":              {none, http.MethodPut, "mine", nil, 403, "s3:CreateBucket"},
		"says how to encrypt":         {`{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}}`, http.MethodPut, "logs/a/2", map[string]string{"X-Amz-Server-Side-Encryption": "AES256"}, 403, "s3:PutObject"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, key := reader(t, test.rights)
			code, body := signed(t, cloud, key, test.method, test.path, "x", test.headers)
			require.Equal(t, test.want, code, body)
			require.Contains(t, body, test.code)
			if code == http.StatusForbidden && test.method != http.MethodHead {
				require.Contains(t, body, "<Code>AccessDenied</Code>")
			}
		})
	}
	cloud, _ := reader(t, none)
	code, body := signed(t, cloud, "ASIANOBODY", http.MethodGet, "logs/a/1", "", nil)
	require.Equal(t, http.StatusForbidden, code)
	require.Contains(t, body, "InvalidAccessKeyId")
	code, _ = signed(t, cloud, "simulated", http.MethodGet, "logs/a/1", "", nil)
	require.Equal(t, http.StatusOK, code, "nothing holds the operator")
}

// sealedBucket gives the bucket a key of its own.
func sealedBucket(t *testing.T, arn *string) func(engineAdapter) {
	return func(to engineAdapter) {
		*arn = to.create(t, "aws:kms/key:Key", "k", mapOf(map[string]any{})).Outputs["arn"].StringValue()
		to.create(t, typeBucketEncryption, "e", mapOf(map[string]any{"bucket": "logs", "rules": []any{map[string]any{
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": *arn}}}}))
	}
}

// TestS3UsesABucketsKeyInTheCallersName: objects under a key need the key too.
func TestS3UsesABucketsKeyInTheCallersName(t *testing.T) {
	t.Parallel()
	objects := may("s3:*Object", "logs/*")
	for rights, want := range map[string][2]int{
		"": {403, 403},
		`,{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`: {200, 403},
		`,{"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}`: {200, 200},
		`,{"Effect":"Allow","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:ViaService":"ec2.eu-west-1.amazonaws.com"}}}`:                              {403, 403},
	} {
		var arn string
		cloud, key := reader(t, objects+rights, sealedBucket(t, &arn))
		code, _ := signed(t, cloud, key, http.MethodGet, "logs/a/1", "", nil)
		require.Equal(t, want[0], code, "reading with %q", rights)
		code, _ = signed(t, cloud, key, http.MethodPut, "logs/a/2", "x", nil)
		require.Equal(t, want[1], code, "writing with %q", rights)
	}
}

// TestKMSHoldsRolesToTheirRights seals and opens under an encryption context.
func TestKMSHoldsRolesToTheirRights(t *testing.T) {
	t.Parallel()
	var arn string
	cloud, key := reader(t, `{"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:stack":"dev"}}}`,
		sealedBucket(t, &arn))
	call := func(who, operation string, asked keyCall) (int, keyCall, string) {
		content, err := json.Marshal(asked)
		require.NoError(t, err)
		code, body := signed(t, cloud, who, http.MethodPost, "", string(content), map[string]string{"X-Amz-Target": keyTarget + operation})
		var answer keyCall
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		return code, answer, body
	}
	dev, prod := map[string]string{"stack": "dev"}, map[string]string{"stack": "prod"}
	code, made, _ := call(key, "Encrypt", keyCall{KeyID: arn, Plaintext: []byte("p"), EncryptionContext: dev})
	require.Equal(t, http.StatusOK, code)
	code, opened, _ := call(key, "Decrypt", keyCall{CiphertextBlob: made.CiphertextBlob, EncryptionContext: dev})
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "p", string(opened.Plaintext))
	require.Equal(t, []KeyRequest{{"Encrypt", arn, dev}, {"Decrypt", arn, dev}}, cloud.KeyRequests())

	_, theirs, _ := call("simulated", "Encrypt", keyCall{KeyID: arn, Plaintext: []byte("p"), EncryptionContext: prod})
	for want, test := range map[string]struct {
		who, operation string
		asked          keyCall
	}{
		"AccessDeniedException":         {key, "Decrypt", keyCall{CiphertextBlob: theirs.CiphertextBlob, EncryptionContext: prod}},
		"kms:Encrypt":                   {key, "Encrypt", keyCall{KeyID: arn, EncryptionContext: prod}},
		"InvalidCiphertextException":    {key, "Decrypt", keyCall{CiphertextBlob: made.CiphertextBlob, EncryptionContext: prod}},
		"NotFoundException":             {"simulated", "Encrypt", keyCall{KeyID: strings.ReplaceAll(arn, ":key/", ":key/x")}},
		"UnknownOperationException":     {"simulated", "GenerateRandom", keyCall{}},
		"does not exist in our records": {"ASIANOBODY", "Encrypt", keyCall{KeyID: arn}},
	} {
		code, _, body := call(test.who, test.operation, test.asked)
		require.Equal(t, http.StatusBadRequest, code)
		require.Contains(t, body, want)
	}
	code, _ = signed(t, cloud, key, http.MethodPost, "", "{", map[string]string{"X-Amz-Target": keyTarget + "Encrypt"})
	require.Equal(t, http.StatusBadRequest, code)
}
