package sim

import (
	"net/http"
	"regexp"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// kindBucket is an S3 bucket, whichever of the SDK's types made it.
const kindBucket = "bucket"

func storageTypes() []row {
	return []row{bucketRow("aws:s3/bucketV2:BucketV2"), bucketRow("aws:s3/bucket:Bucket")}
}

func bucketRow(token string) row {
	return row{
		Token:    token,
		Kind:     kindBucket,
		ID:       fill("{bucket}"),
		Autoname: autoname{Property: "bucket", Limit: 63, Lower: true},
		Computed: map[string]maker{
			"arn":                      fill("arn:{partition}:s3:::{id}"),
			"bucketDomainName":         fill("{id}.s3.amazonaws.com"),
			"bucketRegionalDomainName": fill("{id}.s3.{region}.amazonaws.com"),
			"hostedZoneId":             fixed("Z3AQBSTGFYJSTF"),
			"region":                   fill("{region}"),
			"requestPayer":             fixed("BucketOwner"),
		},
		Defaults: map[string]any{"forceDestroy": false},
		Replace:  []string{"bucket", "bucketPrefix"},
		Valid:    map[string]validator{"bucket": bucketName},
		Create:   []rule{bucketIsFree},
		Effect:   bucketInStore,
		NotFound: &refusal{
			Code: "NoSuchBucket", Message: "The specified bucket does not exist", Status: http.StatusNotFound},
		Latency: latency{Create: 2 * time.Second, Update: time.Second, Delete: time.Second, Source: typicalTimes},
	}
}

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func bucketName(value resource.PropertyValue) string {
	if !bucketPattern.MatchString(value.StringValue()) {
		return "a bucket name has 3 to 63 characters: lower-case letters, digits, dots and hyphens, a letter or digit at both ends"
	}
	return ""
}

func bucketIsFree(r *request) *Error {
	for _, other := range r.Everywhere(kindBucket) {
		switch {
		case other.ID != r.Text("bucket"):
		case other.Account == r.Account:
			return refuseStatus(http.StatusConflict, "BucketAlreadyOwnedByYou",
				"Your previous request to create the named bucket succeeded and you already own it.")
		default:
			return refuseStatus(http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available. "+
				"The bucket namespace is shared by all users of the system. Please select a different name and try again.")
		}
	}
	return nil
}
