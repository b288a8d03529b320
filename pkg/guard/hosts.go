package guard

import (
	"slices"
	"strings"
)

// encrypted demands it of a disk.
func encrypted(path string) expectation {
	return expectation{path: path, ok: is(true), fix: "set it to true"}
}

// hostControls are about instances, their disks, snapshots and addresses.
func hostControls() []Control {
	return []Control{
		{
			ID: "EC2.1", Title: "Snapshots are shared with nobody in particular and never with everybody", Standards: []string{fsbp},
			Types:    tokens("ec2/SnapshotCreateVolumePermission"),
			resource: expect(expectation{path: "accountId", ok: isNot("all"), fix: "name the account"}),
		},
		{
			ID: "EC2.3", Title: "Disks are encrypted", Standards: []string{fsbp}, Types: tokens("ebs/Volume", "ec2/Instance"),
			resource: func(c *subject) {
				if c.Type == token("ebs/Volume") {
					expect(encrypted("encrypted"))(c)
					return
				}
				expect(encrypted("rootBlockDevice.encrypted"), encrypted("ebsBlockDevices[].encrypted"))(c)
			},
		},
		{
			ID: "EC2.8", Title: "Instances answer metadata requests of version 2 only", Standards: []string{fsbp, cis3("5.6"), cis5("5.7")},
			Types:    tokens("ec2/Instance"),
			resource: expect(expectation{path: "metadataOptions.httpTokens", ok: is("required"), fix: "set it to required"}),
		},
		{
			ID: "EC2.9", Title: "Instances have no public address", Standards: []string{fsbp}, Types: tokens("ec2/Instance"),
			resource: expect(expectation{path: "associatePublicIpAddress", ok: is(false), absent: true, fix: "set it to false"}),
		},
		{
			ID: "EC2.12", Title: "Every address is used by something", Standards: []string{nist}, Types: tokens("ec2/Eip"),
			resource: addressIsUsed,
		},
		{
			ID: "EC2.17", Title: "Instances have one network interface", Standards: []string{fsbp}, Types: tokens("ec2/Instance"),
			resource: expect(expectation{
				path: "networkInterfaces", absent: true, fix: "use one interface",
				ok: func(v any) bool { list, _ := v.([]any); return len(list) <= 1 },
			}),
		},
		{
			ID: "EC2.24", Title: "Instances are of no paravirtual type", Standards: []string{fsbp}, Types: tokens("ec2/Instance"),
			resource: expect(expectation{path: "instanceType", ok: notParavirtual, absent: true, fix: "use a current type"}),
		},
		{
			ID: "EC2.25", Title: "Launch templates give no public address", Standards: []string{fsbp}, Types: tokens("ec2/LaunchTemplate"),
			resource: expect(expectation{
				path: "networkInterfaces[].associatePublicIpAddress", ok: is(false), absent: true, fix: `set it to "false"`,
			}),
		},
	}
}

// diskControls are about disks that are kept, and what instances are started from.
func diskControls() []Control {
	return []Control{
		{
			ID: "EC2.28", Title: "Disks are backed up", Standards: []string{nist}, Types: tokens("ebs/Volume"),
			resource: expect(expectation{path: "tags.backup", ok: filled, fix: "give it the backup tag that a backup plan selects by"}),
		},
		{
			ID: "EC2.170", Title: "Launch templates ask for metadata version 2", Standards: []string{fsbp}, Types: tokens("ec2/LaunchTemplate"),
			resource: expect(expectation{path: "metadataOptions.httpTokens", ok: is("required"), fix: "set it to required"}),
		},
		{
			ID: "EC2.173", Title: "Disks of spot fleets are encrypted", Standards: []string{fsbp}, Types: tokens("ec2/SpotFleetRequest"),
			resource: expect(encrypted("launchSpecifications[].rootBlockDevices[].encrypted"),
				encrypted("launchSpecifications[].ebsBlockDevices[].encrypted")),
		},
		{
			ID: "EC2.180", Title: "Interfaces check source and destination", Standards: []string{fsbp},
			Types:    tokens("ec2/NetworkInterface", "ec2/Instance"),
			resource: expect(expectation{path: "sourceDestCheck", ok: is(true), absent: true, fix: "leave it out; route through a managed gateway"}),
		},
		{
			ID: "EC2.181", Title: "Launch templates encrypt disks", Standards: []string{fsbp}, Types: tokens("ec2/LaunchTemplate"),
			resource: expect(encrypted("blockDeviceMappings[].ebs.encrypted")),
		},
	}
}

func notParavirtual(v any) bool {
	kind, _ := v.(string)
	family, _, _ := strings.Cut(kind, ".")
	return !slices.Contains([]string{"t1", "m1", "m2", "m3", "c1", "c3"}, family)
}

func addressIsUsed(c *subject) {
	if filled(c.one("instance")) || filled(c.one("networkInterface")) {
		return
	}
	unsure := false
	for _, use := range [][2]string{
		{"ec2/NatGateway", "allocationId"}, {"ec2/NatGateway", "secondaryAllocationIds[]"}, {"ec2/EipAssociation", "allocationId"},
		{"lb/LoadBalancer", "subnetMappings[].allocationId"},
	} {
		list, perhaps := c.related(use[0], use[1])
		if len(list) > 0 {
			return
		}
		unsure = unsure || perhaps
	}
	if unsure {
		c.wait("")
		return
	}
	c.fail("", "is used by nothing", "remove it: an idle address costs by the hour")
}
