// Azure DNS: Bicep for public or private zones. Made by kmsdns from small.yaml.
//
// Look first, in the resource group of the zone:
//     az deployment group what-if --resource-group NAME --template-file kms.contoso.com.bicep
//
// What this format does not say:
// - Records of other hosts: a deployment puts a whole set in place of the one that is there.

resource zone 'Microsoft.Network/dnsZones@2018-05-01' existing = {
  name: 'contoso.com'
}

resource kms1 'Microsoft.Network/dnsZones/SRV@2018-05-01' = {
  parent: zone
  name: '_vlmcs._tcp'
  properties: {
    TTL: 3600
    SRVRecords: [
      {
        priority: 0
        weight: 50
        port: 1688
        target: 'kms1.contoso.com'
      }
      {
        priority: 0
        weight: 50
        port: 1688
        target: 'kms2.contoso.com'
      }
    ]
  }
}
