package guard

import "strings"

// accountControls are about what an account has once.
func accountControls() []Control {
	return []Control{
		{
			ID: "Account.1", Title: "AWS knows whom to call about security", Standards: []string{fsbp, cis3("1.2"), cis5("1.2")}, Whole: true,
			account: has("account/AlternativeContact", "name a security contact in baseline.contacts",
				expectation{path: "alternateContactType", ok: is("SECURITY")}),
		},
		{
			ID: "S3.1", Title: "The account blocks public access to every bucket", Standards: []string{fsbp, cis3("2.1.4"), cis5("2.1.4")}, Whole: true,
			account: has("s3/AccountPublicAccessBlock", "add it with all four set", allBlocked...),
		},
		{
			ID: "EC2.7", Title: "New disks are encrypted without asking", Standards: []string{fsbp, cis3("2.2.1"), cis5("5.1.1")}, Whole: true,
			account: has("ebs/EncryptionByDefault", "enable it", expectation{path: "enabled", ok: is(true), absent: true}),
		},
		{
			ID: "EC2.182", Title: "No snapshot can be made public", Standards: []string{fsbp}, Whole: true,
			Source: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-182",
			account: has("ebs/SnapshotBlockPublicAccess", "set state to block-all-sharing",
				expectation{path: "state", ok: is("block-all-sharing")}),
		},
		{
			ID: "Config.1", Title: "AWS Config records everything and delivers it", Standards: []string{fsbp, cis3("3.3"), cis5("3.3")}, Whole: true,
			account: recordsEverything,
		},
		{
			ID: "GuardDuty.1", Title: "GuardDuty watches", Standards: []string{fsbp}, Whole: true,
			account: organized("guardduty/Detector", []expectation{{path: "enable", ok: is(true), absent: true}},
				"guardduty/OrganizationConfiguration", expectation{path: "autoEnableOrganizationMembers", ok: is("ALL")},
				"enable GuardDuty for the organization, or here"),
		},
		{
			ID: "H26", Title: "Security Hub checks the account", Standards: []string{house, cis3("4.16"), cis5("4.16")}, Whole: true,
			account: organized("securityhub/Account", nil,
				"securityhub/OrganizationConfiguration", expectation{path: "autoEnable", ok: is(true)},
				"enable Security Hub for the organization, or here"),
		},
		{
			ID: "IAM.28", Title: "Access Analyzer looks for what is open to the outside", Standards: []string{cis3("1.20"), cis5("1.19")}, Whole: true,
			account: organized("accessanalyzer/Analyzer", []expectation{{path: "type", ok: oneOf("ACCOUNT", "ORGANIZATION"), absent: true}},
				"accessanalyzer/Analyzer", expectation{path: "type", ok: is("ORGANIZATION")},
				"add an analyzer of type ORGANIZATION, or ACCOUNT here"),
		},
	}
}

// passwordControls are about the passwords of IAM users.
func passwordControls() []Control {
	demands := func(id, title string, standards []string, all ...expectation) Control {
		return Control{
			ID: id, Title: title, Standards: standards, Types: tokens("iam/AccountPasswordPolicy"), Whole: true,
			resource: expect(all...),
			account:  has("iam/AccountPasswordPolicy", "add baseline.passwordPolicy"),
		}
	}
	all := func(path string) expectation { return expectation{path: path, ok: is(true), fix: "set it to true"} }
	length := expectation{path: "minimumPasswordLength", ok: atLeast(14), fix: "use 14 or more"}
	return []Control{
		demands("IAM.7", "Passwords are strong", []string{fsbp}, all("requireLowercaseCharacters"), all("requireUppercaseCharacters"),
			all("requireNumbers"), all("requireSymbols"), length),
		demands("IAM.15", "Passwords have fourteen characters", []string{cis3("1.8"), cis5("1.7")}, length),
		demands("IAM.16", "None of the last 24 passwords comes again", []string{cis3("1.9"), cis5("1.8")},
			expectation{path: "passwordReusePrevention", ok: atLeast(24), fix: "use 24"}),
	}
}

// has demands that the stack's account has a resource of a type, one of which is as it should be.
func has(short, fix string, all ...expectation) func(*subject) {
	return func(c *subject) {
		found := c.inAccount(short)
		if len(found) == 0 {
			c.fail("", "the account has no "+short, fix)
			return
		}
		wrong := short + " " + found[0].Name + ": " + settings(all...)(c.apart(c.Resource), found[0])
		c.demand(c.best(found, all...), wrong, fix)
	}
}

// organized demands a resource in the stack's account, or one anywhere that covers every account of the organization.
func organized(own string, here []expectation, everywhere string, covers expectation, fix string) func(*subject) {
	return func(c *subject) {
		covered := max(c.best(c.inAccount(own), here...), c.best(c.byType[token(everywhere)], covers))
		c.demand(covered, "the account has no "+own+" that works and no organization-wide one covers it", fix)
	}
}

func recordsEverything(c *subject) {
	const fix = "add the recorder section"
	recorders, status := c.inAccount("cfg/Recorder"), c.inAccount("cfg/RecorderStatus")
	if len(recorders) == 0 {
		c.fail("", "the account has no recorder", fix)
		return
	}
	c.demand(c.best(recorders, expectation{path: "recordingGroup.allSupported", ok: is(true), absent: true}), "the recorder leaves types out", fix)
	linked := expectation{path: "roleArn", ok: func(v any) bool {
		arn, _ := v.(string)
		return strings.Contains(arn, ":role/aws-service-role/config.amazonaws.com/")
	}}
	c.demand(c.best(recorders, linked), "the recorder uses a role that somebody may take rights from", "use Config's service-linked role")
	c.demand(c.best(status, expectation{path: "isEnabled", ok: is(true)}), "the recorder is not switched on", fix)
	c.demand(c.best(c.inAccount("cfg/DeliveryChannel")), "the recorder delivers nowhere", fix)
}
