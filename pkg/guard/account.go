package guard

import (
	"slices"
)

// accountControls are about what an account has once.
func accountControls() []Control {
	return []Control{
		{
			ID: "Account.1", Title: "AWS knows whom to call about security", Standards: []string{fsbp, cis3("1.2"), cis5("1.2")}, Whole: true,
			account: has("account/AlternativeContact", "name a security contact in baseline.contacts",
				func(_ *subject, r *Resource) bool { return r.text("alternateContactType") == "SECURITY" }),
		},
		{
			ID: "S3.1", Title: "The account blocks public access to every bucket", Standards: []string{fsbp, cis3("2.1.4"), cis5("2.1.4")}, Whole: true,
			account: has("s3/AccountPublicAccessBlock", "add it with all four set", func(c *subject, r *Resource) bool {
				return settings(allBlocked...)(c, r) == ""
			}),
		},
		{
			ID: "EC2.7", Title: "New disks are encrypted without asking", Standards: []string{fsbp, cis3("2.2.1"), cis5("5.1.1")}, Whole: true,
			account: has("ebs/EncryptionByDefault", "enable it", func(_ *subject, r *Resource) bool { return r.one("enabled") != false }),
		},
		{
			ID: "EC2.182", Title: "No snapshot can be made public", Standards: []string{fsbp}, Whole: true,
			Source: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-182",
			account: has("ebs/SnapshotBlockPublicAccess", "set state to block-all-sharing",
				func(_ *subject, r *Resource) bool { return r.text("state") == "block-all-sharing" }),
		},
		{
			ID: "Config.1", Title: "AWS Config records everything and delivers it", Standards: []string{fsbp, cis3("3.3"), cis5("3.3")}, Whole: true,
			account: recordsEverything,
		},
		{
			ID: "GuardDuty.1", Title: "GuardDuty watches", Standards: []string{fsbp}, Whole: true,
			account: organized("guardduty/Detector", "guardduty/OrganizationConfiguration", "enable GuardDuty for the organization, or here",
				func(r *Resource) bool {
					return r.text("autoEnableOrganizationMembers") == "ALL" || truth(r.one("autoEnable"))
				}),
		},
		{
			ID: "H26", Title: "Security Hub checks the account", Standards: []string{house, cis3("4.16"), cis5("4.16")}, Whole: true,
			account: organized("securityhub/Account", "securityhub/OrganizationConfiguration", "enable Security Hub for the organization, or here",
				func(r *Resource) bool { return truth(r.one("autoEnable")) }),
		},
		{
			ID: "IAM.28", Title: "Access Analyzer looks for what is open to the outside", Standards: []string{cis3("1.20"), cis5("1.19")}, Whole: true,
			account: organized("accessanalyzer/Analyzer", "accessanalyzer/Analyzer", "add an analyzer of type ORGANIZATION, or ACCOUNT here",
				func(r *Resource) bool { return r.text("type") == "ORGANIZATION" }),
		},
	}
}

// passwordControls are about the passwords of IAM users.
func passwordControls() []Control {
	demands := func(id, title string, standards []string, all ...expectation) Control {
		return Control{
			ID: id, Title: title, Standards: standards, Types: tokens("iam/AccountPasswordPolicy"), Whole: true,
			resource: expect(all...),
			account:  has("iam/AccountPasswordPolicy", "add baseline.passwordPolicy", nil),
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
func has(short, fix string, good func(*subject, *Resource) bool) func(*subject) {
	return func(c *subject) {
		found := c.inAccount(short)
		if len(found) == 0 {
			c.fail("", "the account has no "+short, fix)
		} else if good != nil && !slices.ContainsFunc(found, func(r *Resource) bool { return good(c, r) }) {
			c.fail("", short+" "+found[0].Name+" is not as it should be", fix)
		}
	}
}

// organized demands a resource in the stack's account, or one anywhere that covers every account of the organization.
func organized(own, everywhere, fix string, covers func(*Resource) bool) func(*subject) {
	return func(c *subject) {
		if len(c.inAccount(own)) == 0 && !slices.ContainsFunc(c.byType[token(everywhere)], covers) {
			c.fail("", "the account has no "+own+" and no organization-wide one covers it", fix)
		}
	}
}

func recordsEverything(c *subject) {
	const fix = "add the recorder section"
	wrong := ""
	switch recorders, status := c.inAccount("cfg/Recorder"), c.inAccount("cfg/RecorderStatus"); {
	case len(recorders) == 0:
		wrong = "the account has no recorder"
	case recorders[0].one("recordingGroup.allSupported") == false:
		wrong = "the recorder leaves types out"
	case len(status) == 0 || !truth(status[0].one("isEnabled")):
		wrong = "the recorder is not switched on"
	case len(c.inAccount("cfg/DeliveryChannel")) == 0:
		wrong = "the recorder delivers nowhere"
	}
	if wrong != "" {
		c.fail("", wrong, fix)
	}
}
