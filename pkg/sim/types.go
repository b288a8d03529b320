package sim

// groups are all rows of the registry; a new file of types adds its function here.
func groups() [][]row {
	return [][]row{
		networkTypes(), gatewayTypes(), routeTypes(), filterTypes(), listTypes(), endpointTypes(), insightTypes(), ipamTypes(),
		storageTypes(), identityTypes(), keyTypes(),
		organizationTypes(), identityCenterTypes(),
		detectionTypes(), baselineTypes(), recordTypes(), alarmTypes(),
		ramTypes(), transitTypes(), vpnTypes(), firewallTypes(), zoneTypes(), resolverTypes(), dnsFirewallTypes(),
		federationTypes(), instanceTypes(), balancingTypes(),
	}
}
