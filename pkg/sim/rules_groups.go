package sim

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// groupsPerInterface is the default quota of security groups of a network interface.
const groupsPerInterface = 5

// peerIsOfVPC refuses a group of another VPC as the peer, but where a transit gateway carries what group a packet is from:
// into both VPCs, and for what comes in.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
func peerIsOfVPC(r *request) *Error {
	group, peer := r.Find(kindSecurityGroup, r.Text("securityGroupId")), r.Find(kindSecurityGroup, r.Text("referencedSecurityGroupId"))
	if group == nil || peer == nil || group.Text("vpcId") == peer.Text("vpcId") {
		return nil
	}
	if r.Type.Token == typeIngressRule && r.groupsCarried(group.Text("vpcId"), peer.Text("vpcId")) {
		return nil
	}
	return refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
}

// groupsCarried says whether one transit gateway carries security group references between two VPCs.
func (r *request) groupsCarried(vpcs ...string) bool {
	carried := map[string]int{}
	for _, attachment := range r.Everywhere(typeVpcAttachment) {
		gateway := r.cloud.gateway(attachment.Text("transitGatewayId"))
		for _, vpc := range vpcs {
			if gateway != nil && attachment.Text("vpcId") == vpc && carriesGroups(gateway.Properties) && carriesGroups(attachment.Properties) {
				carried[gateway.ID]++
			}
		}
	}
	for _, attached := range carried {
		if attached == len(vpcs) {
			return true
		}
	}
	return false
}

func carriesGroups(values resource.PropertyMap) bool {
	return text(values, "securityGroupReferencingSupport") == "enable"
}

// interfaceGroups wants few groups, of the VPC of the interface's subnet.
func interfaceGroups(r *request) *Error {
	groups := r.Texts("securityGroups")
	most := groupsPerInterface
	if raised, ok := r.cloud.quotas["SecurityGroupsPerInterfaceLimitExceeded"]; ok {
		most = raised
	}
	if len(groups) > most {
		return refuse("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached.")
	}
	subnet := r.Find(typeSubnet, r.Text("subnetId"))
	for _, id := range groups {
		group := r.Find(kindSecurityGroup, id)
		if subnet != nil && group != nil && group.Text("vpcId") != subnet.Text("vpcId") {
			return refuse("InvalidParameter", "Security group %s and subnet %s belong to different networks.", id, subnet.ID)
		}
	}
	return nil
}
