package main

import "aws-platform/pkg/config"

// stateObjects are the ARNs of what one stack keeps in the state bucket.
type stateObjects struct{ checkpoint, tags, history, backup, lock string }

func stateOf(stack string) stateObjects {
	object := func(folder, name string) string {
		return bucket("acme-aws-platform-state/.pulumi/" + folder + "/aws-platform/" + stack + name)
	}
	return stateObjects{
		object("stacks", ".json"), object("stacks", ".pulumi-tags"), object("history", "/x.history.json"),
		object("backups", "/x.json"), object("locks/organization", "/x.json"),
	}
}

// byS3 is a use of a key that S3 makes.
func byS3() conditions { return when("kms:ViaService", "s3.eu-west-1.amazonaws.com") }

// downstream is a stack whose state another never reads, and which is not the other.
func downstream(s, other site, all map[string]site) site {
	if s.kind == config.Shared || s.kind == config.Management {
		return all["staging"]
	}
	return other
}

// stateReadCharter is what a preview reads state with.
func stateReadCharter(s, other site, all map[string]site) charter {
	management, shared := all["management"], all["shared"]
	mine, theirs := stateOf(s.stack), stateOf(downstream(s, other, all).stack)
	stateKey, secretsKey := management.output("StateBackend", "state-key-state", "arn"), management.output("StateBackend", "state-key-secrets", "arn")
	return charter{
		may: []call{
			{"what is there", "s3:ListBucket", bucket("acme-aws-platform-state"), nil},
			{"its checkpoint", "s3:GetObject", mine.checkpoint, nil},
			{"its tags", "s3:GetObject", mine.tags, nil},
			{"opening what S3 keeps", "kms:Decrypt", stateKey, byS3()},
			{"its secrets", "kms:Decrypt", secretsKey, secretsOf(s.stack)},
		},
		mayNot: []call{
			{"another stack's checkpoint", "s3:GetObject", theirs.checkpoint, nil},
			{"another stack's tags", "s3:GetObject", theirs.tags, nil},
			{"another stack's secrets", "kms:Decrypt", secretsKey, secretsOf(downstream(s, other, all).stack)},
			{"secrets of another project", "kms:Decrypt", secretsKey, when("kms:EncryptionContext:stack", s.stack)},
			{"its checkpoint, changed", "s3:PutObject", mine.checkpoint, nil},
			{"a lock", "s3:PutObject", mine.lock, nil},
			{"removing a lock", "s3:DeleteObject", mine.lock, nil},
			{"its history", "s3:GetObject", mine.history, nil},
			{"its backups", "s3:GetObject", mine.backup, nil},
			{"new secrets", "kms:Encrypt", secretsKey, secretsOf(s.stack)},
			{"the state key, but by S3", "kms:Decrypt", stateKey, nil},
			{"writing under the state key", "kms:GenerateDataKey", stateKey, byS3()},
			{"the state key's policy", "kms:PutKeyPolicy", stateKey, nil},
			{"reading in the clear", "s3:GetObject", mine.checkpoint, when("aws:SecureTransport", "false")},
			{"the role that writes", "sts:AssumeRole", management.role("acme-management-state-write-" + s.stack), nil},
			{"anything else of S3's", "s3:GetObject", bucket("acme-aws-platform-state-logs/x"), nil},
		},
		takes: []taker{
			{"an operator", management.session(operatorSession), nil},
			{"its preview", shared.session("acme-ci-" + s.stack + "-preview"), nil},
		},
		refuses: []taker{
			{"its readonly role, which takes no other", s.session("acme-readonly"), nil},
			{"its deploy role", s.session("acme-deploy"), nil},
			{"another stack's preview", shared.session("acme-ci-" + downstream(s, other, all).stack + "-preview"), nil},
			{"another account's readonly role", downstream(s, other, all).session("acme-readonly"), nil},
			{"an auditor", management.session(auditorSession), nil},
			{"an operator after leaving", outside(management.session(operatorSession)), nil},
			{"a service", service("s3.amazonaws.com"), nil},
		},
	}
}

// stateWriteCharter is what an update keeps state with.
func stateWriteCharter(s, other site, all map[string]site) charter {
	management, shared := all["management"], all["shared"]
	apart := downstream(s, other, all)
	mine, theirs := stateOf(s.stack), stateOf(apart.stack)
	stateKey, secretsKey := management.output("StateBackend", "state-key-state", "arn"), management.output("StateBackend", "state-key-secrets", "arn")
	encrypted := func(with string) conditions { return when("s3:x-amz-server-side-encryption", with) }
	c := charter{
		may: []call{
			{"its checkpoint", "s3:PutObject", mine.checkpoint, nil},
			{"a lock", "s3:PutObject", mine.lock, nil},
			{"removing its lock", "s3:DeleteObject", mine.lock, nil},
			{"its history", "s3:PutObject", mine.history, nil},
			{"writing under the state key", "kms:GenerateDataKey", stateKey, byS3()},
			{"new secrets", "kms:Encrypt", secretsKey, secretsOf(s.stack)},
		},
		mayNot: []call{
			{"another stack's checkpoint", "s3:GetObject", theirs.checkpoint, nil},
			{"changing it", "s3:PutObject", theirs.checkpoint, nil},
			{"another stack's lock", "s3:DeleteObject", theirs.lock, nil},
			{"another stack's secrets", "kms:Encrypt", secretsKey, secretsOf(apart.stack)},
			{"deleting its checkpoint", "s3:DeleteObject", mine.checkpoint, nil},
			{"deleting its history", "s3:DeleteObject", mine.history, nil},
			{"deleting a version", "s3:DeleteObjectVersion", mine.lock, nil},
			{"the layout of all", "s3:PutObject", bucket("acme-aws-platform-state/.pulumi/meta.yaml"), nil},
			{"under another kind of key", "s3:PutObject", mine.checkpoint, encrypted("AES256")},
			{"in the clear", "s3:PutObject", mine.checkpoint, when("aws:SecureTransport", "false")},
			{"by old TLS", "s3:PutObject", mine.checkpoint, when("s3:TlsVersion", "1.1")},
			{"the bucket's policy", "s3:PutBucketPolicy", bucket("acme-aws-platform-state"), nil},
			{"the bucket's versions", "s3:PutBucketVersioning", bucket("acme-aws-platform-state"), nil},
			{"the secrets key", "kms:ScheduleKeyDeletion", secretsKey, nil},
			{"the secrets key's policy", "kms:PutKeyPolicy", secretsKey, nil},
			{"the account's deploy role", "sts:AssumeRole", apart.role("acme-deploy"), nil},
		},
		takes: []taker{{"an operator", management.session(operatorSession), nil}},
		refuses: []taker{
			{"its preview", shared.session("acme-ci-" + s.stack + "-preview"), nil},
			{"its readonly role", s.session("acme-readonly"), nil},
			{"its deploy role, which takes no other", s.session("acme-deploy"), nil},
			{"another stack's pipeline", shared.session("acme-ci-" + apart.stack), nil},
			{"another account's deploy role", apart.session("acme-deploy"), nil},
			{"an operator after leaving", outside(management.session(operatorSession)), nil},
		},
	}
	for _, upstream := range []config.Kind{config.Management, config.Shared} {
		if s.kind == config.Workload || (s.kind == config.Shared && upstream == config.Management) {
			c.may = append(c.may, call{"reading what it builds on", "s3:GetObject", stateOf(string(upstream)).checkpoint, nil})
			c.mayNot = append(c.mayNot, call{"changing what it builds on", "s3:PutObject", stateOf(string(upstream)).checkpoint, nil})
		}
	}
	pipeline := taker{"its pipeline", shared.session("acme-ci-" + s.stack), nil}
	if s.kind == config.Management { // a person runs it
		c.refuses = append(c.refuses, pipeline)
	} else {
		c.takes = append(c.takes, pipeline)
	}
	return c
}
