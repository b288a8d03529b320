package sim

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const bucketPolicyLimit = 20 * 1024 // bytes, white space included

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// reservedBucketNames are the beginnings and ends S3 keeps for itself.
var (
	reservedBucketStarts = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedBucketEnds   = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

var bucketName = textual(func(name string) string {
	_, address := netip.ParseAddr(name)
	switch {
	case !bucketPattern.MatchString(name):
		return "a bucket name has 3 to 63 characters: lower-case letters, digits, dots and hyphens, a letter or digit at both ends"
	case strings.Contains(name, "..") || address == nil:
		return "a bucket name has no two dots side by side and is not an IP address"
	case slices.ContainsFunc(reservedBucketStarts, func(start string) bool { return strings.HasPrefix(name, start) }),
		slices.ContainsFunc(reservedBucketEnds, func(end string) bool { return strings.HasSuffix(name, end) }):
		return "a bucket name must not begin with " + strings.Join(reservedBucketStarts, ", ") +
			" or end with " + strings.Join(reservedBucketEnds, ", ")
	}
	return ""
})

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

// setting is another setting of the request's bucket, or nil.
func setting(r *request, token string) *Resource {
	for _, other := range r.All(token) {
		if other.ID == r.Text("bucket") {
			return other
		}
	}
	return nil
}

// blocks says whether a bucket's public access block, or its account's, has a switch on. A new bucket blocks everything until told otherwise.
func blocks(r *request, property string) bool {
	block := setting(r, typePublicAccess)
	return accountBlocks(r, property) || block == nil || block.Flag(property)
}

func bucketPolicyIsWellFormed(r *request) *Error {
	if !r.Has("policy") {
		return nil
	}
	document := r.document("policy")
	policy, refused := bucketDocument.check(document)
	if refused != nil {
		return refused
	}
	if len(document) > bucketPolicyLimit {
		return refuse(bucketDocument.Code, "Policy exceeds the maximum allowed document size.")
	}
	if len(strangers(r, policy)) > 0 {
		return refuse(bucketDocument.Code, "Invalid principal in policy")
	}
	own := r.expand("arn:{partition}:s3:::{bucket}")
	for _, statement := range policy.Statement {
		for _, target := range slices.Concat(statement.Resource, statement.NotResource) {
			if target != own && !strings.HasPrefix(target, own+"/") {
				return refuse(bucketDocument.Code, "Policy has invalid resource")
			}
		}
		if reason := misplacedAction(statement, own); reason != "" {
			return refuse(bucketDocument.Code, "%s", reason)
		}
	}
	return nil
}

// bucketActions are actions on a bucket as a whole; together with object ARNs alone they do nothing, which S3 refuses.
var (
	bucketAction = regexp.MustCompile(
		`^s3:(ListBucket.*|(Get|Put|Delete)Bucket.*|(Get|Put)(Lifecycle|Encryption).*)$`)
	objectAction = regexp.MustCompile(`^s3:(GetObject.*|PutObject.*|DeleteObject.*|AbortMultipartUpload|RestoreObject)$`)
)

func misplacedAction(s policyStatement, bucket string) string {
	const misplaced = "Action does not apply to any resource(s) in statement"
	whole := slices.Contains(s.Resource, bucket)
	objects := slices.ContainsFunc(s.Resource, func(target string) bool { return target != bucket })
	for _, action := range s.Action {
		if !strings.HasPrefix(strings.ToLower(action), "s3:") && action != "*" {
			return "Policy has invalid action"
		}
		if len(s.Resource) > 0 && (bucketAction.MatchString(action) && !whole || objectAction.MatchString(action) && !objects) {
			return misplaced
		}
	}
	return ""
}

func bucketPolicyIsPrivate(r *request) *Error {
	policy, err := parsePolicy(r.document("policy"))
	if err != nil || !isPublic(policy) || !blocks(r, "blockPublicPolicy") {
		return nil
	}
	return refuseStatus(http.StatusForbidden, "AccessDenied", "User is not authorized to perform: s3:PutBucketPolicy on "+
		"resource: \"%s\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
		r.expand("arn:{partition}:s3:::{bucket}"))
}

// ownershipOf is who owns a bucket's objects; BucketOwnerEnforced, which turns ACLs off, unless told otherwise.
func ownershipOf(r *request) string {
	if controls := setting(r, typeOwnership); controls != nil {
		return strings.Join(controls.Texts("rule.objectOwnership"), "")
	}
	return "BucketOwnerEnforced"
}

func ownershipSuitsACL(r *request) *Error {
	acl := setting(r, typeBucketACL)
	if acl != nil && acl.Text("acl") != "private" && slices.Contains(r.Texts("rule.objectOwnership"), "BucketOwnerEnforced") {
		return refuse("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	return nil
}

func aclIsAllowed(r *request) *Error {
	if ownershipOf(r) == "BucketOwnerEnforced" {
		return refuse("AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	return nil
}

func aclIsPrivate(r *request) *Error {
	public := []string{"public-read", "public-read-write", "authenticated-read"}
	if slices.Contains(public, r.Text("acl")) && blocks(r, "blockPublicAcls") {
		return refuseStatus(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
	return nil
}

func versioningStatus(properties *Resource) string {
	return strings.Join(properties.Texts("versioningConfiguration.status"), "")
}

func lockedStaysVersioned(r *request) *Error {
	bucket := r.Find(kindBucket, r.Text("bucket"))
	locked := setting(r, typeObjectLock) != nil || bucket != nil && bucket.Flag("objectLockEnabled")
	if locked && !slices.Contains(r.Texts("versioningConfiguration.status"), "Enabled") {
		return refuseStatus(http.StatusConflict, "InvalidBucketState",
			"An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
	}
	return nil
}

func versioningIsForEver(r *request) *Error {
	before := strings.Join(texts(r.Old, "versioningConfiguration.status"), "")
	after := strings.Join(r.Texts("versioningConfiguration.status"), "")
	if after == "Disabled" && before != "Disabled" {
		return refuse("InvalidRequest", "versioning_configuration.status cannot be updated from '%s' to '%s'", before, after)
	}
	return nil
}

func lockNeedsVersions(r *request) *Error {
	versioning := setting(r, typeVersioning)
	bucket := r.Find(kindBucket, r.Text("bucket"))
	if bucket != nil && bucket.Flag("objectLockEnabled") || versioning != nil && versioningStatus(versioning) == "Enabled" {
		return nil
	}
	return refuseStatus(http.StatusConflict, "InvalidBucketState",
		"Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
}

func algorithmSuitsKey(r *request) *Error {
	keys := r.Texts("rules.applyServerSideEncryptionByDefault.kmsMasterKeyId")
	algorithms := r.Texts("rules.applyServerSideEncryptionByDefault.sseAlgorithm")
	if len(keys) > 0 && slices.Contains(algorithms, "AES256") {
		return refuse("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	}
	return nil
}

func logsStayNear(r *request) *Error {
	for _, target := range r.Everywhere(kindBucket) {
		switch {
		case target.ID != r.Text("targetBucket"):
		case target.Account != r.Account:
			return refuse("InvalidTargetBucketForLogging", "The owner for the bucket to be logged and the target bucket must be the same.")
		case target.Region != r.Region:
			return refuse("CrossLocationLoggingProhibited", "Cross S3 location logging not allowed.")
		default:
			return nil
		}
	}
	return refuse("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
}

// objectTag stands for the digest of an object's content.
func objectTag(r *request) resource.PropertyValue {
	return resource.NewProperty(digest(32, r.Text("content"), r.Text("contentBase64"), r.Text("sourceHash")))
}

func objectVersion(r *request) resource.PropertyValue {
	versioning := setting(r, typeVersioning)
	if versioning == nil || versioningStatus(versioning) != "Enabled" {
		return resource.NewProperty("")
	}
	return resource.NewProperty(digest(32, r.Text("bucket"), r.Text("key"), r.Text("content"), r.Text("contentBase64")))
}
