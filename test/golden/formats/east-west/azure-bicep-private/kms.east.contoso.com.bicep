// Azure DNS: Bicep for public or private zones. Made by kmsdns from east-west.yaml.
//
// Look first, in the resource group of the zone:
//     az deployment group what-if --resource-group NAME --template-file kms.east.contoso.com.bicep
//
// What this format does not say:
// - Records of other hosts: a deployment puts a whole set in place of the one that is there.

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' existing = {
  name: 'east.contoso.com'
}

resource kms1 'Microsoft.Network/privateDnsZones/SRV@2020-06-01' = {
  parent: zone
  name: '_vlmcs._tcp'
  properties: {
    ttl: 3600
    srvRecords: [
      {
        priority: 10
        weight: 75
        port: 1688
        target: 'kms-e1.east.contoso.com'
      }
      {
        priority: 10
        weight: 25
        port: 1688
        target: 'kms-e2.east.contoso.com'
      }
      {
        priority: 90
        weight: 75
        port: 1688
        target: 'kms-w1.west.contoso.com'
      }
      {
        priority: 90
        weight: 25
        port: 1688
        target: 'kms-w2.west.contoso.com'
      }
    ]
  }
}
