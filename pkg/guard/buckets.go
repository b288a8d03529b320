package guard

import (
	"slices"
	"strings"
)

var bucketTypes = tokens("s3/BucketV2", "s3/Bucket")

var allBlocked = []expectation{
	{path: "blockPublicAcls", ok: is(true)}, {path: "blockPublicPolicy", ok: is(true)},
	{path: "ignorePublicAcls", ok: is(true)}, {path: "restrictPublicBuckets", ok: is(true)},
}

// bucketControls are about what stands around a bucket.
func bucketControls() []Control {
	return []Control{
		{
			ID: "S3.5", Title: "Buckets answer over TLS only", Standards: []string{fsbp, cis3("2.1.1"), cis5("2.1.1")}, Types: bucketTypes,
			resource: onlyTLS,
		},
		{
			ID: "S3.8", Title: "Every bucket blocks public access", Standards: []string{fsbp, cis3("2.1.4"), cis5("2.1.4")}, Types: bucketTypes,
			resource: accompanied("s3/BucketPublicAccessBlock", "bucket", "add a BucketPublicAccessBlock with all four set", settings(allBlocked...)),
		},
		{
			ID: "S3.9", Title: "Buckets log access", Standards: []string{fsbp}, Types: bucketTypes,
			resource: bucketLogs,
			Exceptions: []string{
				"Buckets that access logs are written to: a log of writing the log would grow for ever.",
			},
		},
		{
			ID: "S3.10", Title: "Versioned buckets do not keep old versions for ever", Standards: []string{nist}, Types: bucketTypes,
			resource: oldVersionsEnd,
		},
		{
			ID: "S3.12", Title: "Access lists of objects are off", Standards: []string{fsbp}, Types: bucketTypes,
			resource: accompanied("s3/BucketOwnershipControls", "bucket", "add BucketOwnershipControls with BucketOwnerEnforced",
				settings(expectation{path: "rule.objectOwnership", ok: is("BucketOwnerEnforced")})),
		},
		{
			ID: "S3.13", Title: "Buckets have a lifecycle", Standards: []string{fsbp}, Types: bucketTypes,
			resource: bucketHas("s3/BucketLifecycleConfigurationV2", "lifecycleRules", "add a lifecycle with a rule that is enabled",
				hasRule("at all", func(map[string]any) bool { return true })),
		},
		{
			ID: "S3.14", Title: "Buckets keep versions", Standards: []string{nist}, Types: bucketTypes,
			resource: bucketHas("s3/BucketVersioningV2", "versioning.enabled", "add BucketVersioningV2 with Enabled",
				settings(expectation{path: "versioningConfiguration.status", ok: is("Enabled")})),
		},
		{
			ID: "S3.15", Title: "Where the trail is kept, nobody overwrites it", Standards: []string{nist}, Types: bucketTypes,
			resource: trailIsLocked,
			Exceptions: []string{
				"Buckets that CloudTrail does not write to: a lock keeps what should go as well, so it is for what must be believed later.",
			},
		},
		{
			ID: "S3.17", Title: "Buckets encrypt with a key of ours", Standards: []string{nist}, Types: bucketTypes,
			resource: bucketKey,
			Exceptions: []string{
				"Buckets that access logs or logs of load balancers are written to: these services write to buckets with SSE-S3 only.",
				"Buckets that CloudFront writes to across accounts: its delivery asks for SSE-S3, or for a key policy that opens the key to every distribution.",
			},
		},
	}
}

// objectControls are about who gets at what is in buckets.
func objectControls() []Control {
	acls := append(slices.Clone(bucketTypes), token("s3/BucketAclV2"), token("s3/BucketPolicy"), token("s3/AccessPoint"))
	return []Control{
		{
			ID: "S3.2", Title: "Nobody in the world reads a bucket", Standards: []string{fsbp}, Types: acls,
			resource: notPublic("s3:GetObject", "s3:ListBucket", "s3:GetBucketAcl"),
		},
		{
			ID: "S3.3", Title: "Nobody in the world writes to a bucket", Standards: []string{fsbp}, Types: acls,
			resource: notPublic("s3:PutObject", "s3:DeleteObject", "s3:PutBucketPolicy", "s3:PutBucketAcl"),
		},
		{
			ID: "S3.6", Title: "No other account changes a bucket's own settings", Standards: []string{fsbp}, Types: tokens("s3/BucketPolicy", "s3/Bucket"),
			resource: eachStatement(noForeignAdministration, opens),
		},
		{
			ID: "S3.19", Title: "Access points block public access", Standards: []string{fsbp}, Types: tokens("s3/AccessPoint"),
			resource: expect(blockedAt("publicAccessBlockConfiguration.")...),
		},
		{
			ID: "S3.24", Title: "Multi-region access points block public access", Standards: []string{fsbp}, Types: tokens("s3control/MultiRegionAccessPoint"),
			resource: expect(blockedAt("details.publicAccessBlock.")...),
		},
	}
}

// blockedAt are the four settings, each on unless somebody says otherwise, which is the default of access points.
func blockedAt(prefix string) []expectation {
	var all []expectation
	for _, e := range allBlocked {
		all = append(all, expectation{path: prefix + e.path, ok: e.ok, absent: true, fix: "set it to true"})
	}
	return all
}

// bucketHas demands a companion of a bucket, or, of a bucket of the old shape, that it says so itself: inline leads to
// what is then neither empty nor false.
func bucketHas(short, inline, fix string, check func(*subject, *Resource) string) func(*subject) {
	return func(c *subject) {
		said := no
		for _, found := range values(c.Inputs, inline) {
			switch {
			case isUnknown(found.value):
				said = max(said, maybe)
			case filled(found.value) && found.value != false:
				said = yes
			}
		}
		c.unless(said, accompanied(short, "bucket", fix, check))
	}
}

func onlyTLS(c *subject) {
	policies, unsure := c.related("s3/BucketPolicy", "bucket")
	for _, other := range append(policies, c.Resource) {
		for _, p := range c.documentsOf(other, opens) {
			unsure = unsure || p.unknown
			if slices.ContainsFunc(p.Statements, deniesPlainHTTP) {
				return
			}
		}
	}
	if unsure {
		c.wait("policy")
		return
	}
	c.fail("", "has no policy that refuses plain HTTP", "deny everybody s3:* where aws:SecureTransport is false, for the bucket and its objects")
}

func deniesPlainHTTP(s statement) bool {
	if s.Effect != "Deny" || !s.everybody() || s.NotPrincipal || !slices.ContainsFunc(s.Actions, func(a string) bool { return a == "s3:*" || a == "*" }) {
		return false
	}
	for key, list := range s.Conditions["Bool"] {
		if strings.EqualFold(key, "aws:SecureTransport") && slices.Equal(list, []string{"false"}) {
			return len(s.Conditions) == 1 && slices.ContainsFunc(s.Resources, func(r string) bool { return strings.HasSuffix(r, "*") })
		}
	}
	return false
}

// written says whether a service may put objects into the bucket.
func (c *subject) written(services ...string) answer {
	return c.permits(func(s statement) bool {
		return s.grantsAction("s3:PutObject") &&
			slices.ContainsFunc(s.Principals["Service"], func(name string) bool { return slices.Contains(services, name) })
	})
}

// permits says whether a statement like this is in a policy of the bucket.
func (c *subject) permits(like func(statement) bool) answer {
	policies, unsure := c.related("s3/BucketPolicy", "bucket")
	for _, other := range append(policies, c.Resource) {
		for _, p := range c.documentsOf(other, opens) {
			if slices.ContainsFunc(p.Statements, like) {
				return yes
			}
			unsure = unsure || p.unknown
		}
	}
	if unsure {
		return maybe
	}
	return no
}

// takesAccessLogs says whether access logs of other buckets are written to this one.
func (c *subject) takesAccessLogs() answer {
	if list, _ := c.related("s3/BucketLoggingV2", "targetBucket"); len(list) > 0 {
		return yes
	}
	return c.written("logging.s3.amazonaws.com")
}

func bucketLogs(c *subject) {
	c.unless(c.takesAccessLogs(), bucketHas("s3/BucketLoggingV2", "loggings", "add BucketLoggingV2 to a bucket for access logs", nil))
}

func oldVersionsEnd(c *subject) {
	unversioned := yes
	versioning, unsure := c.related("s3/BucketVersioningV2", "bucket")
	if unsure {
		unversioned = maybe
	}
	states := values(c.Inputs, "versioning.enabled")
	for _, other := range versioning {
		states = append(states, values(other.Inputs, "versioningConfiguration.status")...)
	}
	for _, state := range states {
		switch {
		case isUnknown(state.value):
			unversioned = min(unversioned, maybe)
		case truth(state.value), state.value == "Enabled":
			unversioned = no
		}
	}
	c.unless(unversioned, bucketHas("s3/BucketLifecycleConfigurationV2", "lifecycleRules[].noncurrentVersionExpiration",
		"add a rule with noncurrentVersionExpiration", hasRule("for old versions", func(rule map[string]any) bool {
			return filled(rule["noncurrentVersionExpiration"])
		})))
}

// hasRule demands an enabled rule of a lifecycle.
func hasRule(what string, like func(map[string]any) bool) func(*subject, *Resource) string {
	return func(c *subject, life *Resource) string {
		if hasUnknown(life.one("rules")) {
			c.wait("")
			return ""
		}
		for _, found := range values(life.Inputs, "rules[]") {
			if rule, _ := found.value.(map[string]any); rule["status"] != "Disabled" && like(rule) {
				return ""
			}
		}
		return "has no enabled rule " + what
	}
}

func trailIsLocked(c *subject) {
	c.unless(yes-c.written("cloudtrail.amazonaws.com"),
		accompanied("s3/BucketObjectLockConfigurationV2", "bucket", "lock what CloudTrail writes", nil))
}

func bucketKey(c *subject) {
	foreign := max(c.takesAccessLogs(), c.written("logdelivery.elasticloadbalancing.amazonaws.com"), c.takesCloudFront())
	const inline = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.kmsMasterKeyId"
	c.unless(foreign, bucketHas("s3/BucketServerSideEncryptionConfigurationV2", inline, "encrypt with aws:kms and the ARN of a key",
		func(c *subject, r *Resource) string {
			for _, found := range values(r.Inputs, "rules[].applyServerSideEncryptionByDefault.sseAlgorithm") {
				if text, known := found.value.(string); known && !strings.HasPrefix(text, "aws:kms") {
					return "uses " + text
				}
			}
			return settings(expectation{path: "rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId", ok: filled})(c, r)
		}))
}

// takesCloudFront says whether CloudFront's logs are written to the bucket: its delivery sources are in us-east-1 alone.
func (c *subject) takesCloudFront() answer {
	return c.permits(func(s statement) bool {
		return s.grantsAction("s3:PutObject") && strings.Contains(strings.Join(s.Conditions["ArnLike"]["aws:SourceArn"], " "), ":delivery-source:")
	})
}

// notPublic demands that neither a policy nor an access list lets everybody do any of the actions.
func notPublic(actions ...string) func(*subject) {
	return func(c *subject) {
		noAccessList(c, slices.Contains(actions, "s3:GetObject"))
		eachStatement(func(c *subject, path string, s statement) {
			if s.public() && slices.ContainsFunc(actions, s.grantsAction) {
				c.fail(path, "lets anybody in the world in", "name who may, or add a condition on the organization or account")
			}
		}, opens)(c)
	}
}

// noAccessList demands that no access list is for everybody, whoever "authenticated" is included.
func noAccessList(c *subject, reads bool) {
	canned := []string{"public-read-write"}
	permissions := []string{"WRITE", "WRITE_ACP", "FULL_CONTROL"}
	if reads {
		canned = append(canned, "public-read", "authenticated-read")
		permissions = []string{"READ", "READ_ACP", "FULL_CONTROL"}
	}
	expect(expectation{
		path: "acl", absent: true, fix: "leave it out", ok: func(v any) bool { return !oneOf(canned...)(v) },
	})(c)
	for _, found := range values(c.Inputs, "accessControlPolicy.grants[]") {
		grant, _ := found.value.(map[string]any)
		grantee, _ := grant["grantee"].(map[string]any)
		uri, _ := grantee["uri"].(string)
		switch everybody := strings.HasSuffix(uri, "/AllUsers") || strings.HasSuffix(uri, "/AuthenticatedUsers"); {
		case everybody && oneOf(permissions...)(grant["permission"]):
			c.fail(found.path, "is for everybody", "leave it out")
		case hasUnknown(found.value) && (everybody || uri == ""):
			c.wait(found.path)
		}
	}
}

// administration are the actions that S3.6 keeps from other accounts.
var administration = []string{"s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl"}

func noForeignAdministration(c *subject, path string, s statement) {
	own := c.account(c.Resource)
	for _, principal := range append(slices.Clone(s.Principals["AWS"]), s.Principals["*"]...) {
		if own != "" && (principal == own || strings.Contains(principal, ":"+own+":")) {
			continue
		}
		for _, action := range administration {
			if s.grantsAction(action) {
				c.fail(path, "allows "+principal+" "+action, "leave the bucket's settings to its own account")
				return
			}
		}
	}
}
