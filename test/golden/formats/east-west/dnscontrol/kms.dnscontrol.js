// DNSControl: dnsconfig.js statements. Made by kmsdns from east-west.yaml.
//
// In dnsconfig.js, below the D() of each of these zones, then look before you push:
//     require("./kms.dnscontrol.js");
//     dnscontrol preview
// The fields of SRV are name, priority, weight, port, target.
//
// What this format does not say:
// - Records of other hosts: without NO_PURGE, DNSControl deletes what its files do not hold.

D_EXTEND("east.contoso.com",
  SRV("_vlmcs._tcp", 10, 75, 1688, "kms-e1.east.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 10, 25, 1688, "kms-e2.east.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 90, 75, 1688, "kms-w1.west.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 90, 25, 1688, "kms-w2.west.contoso.com.", TTL(3600))
);
D_EXTEND("west.contoso.com",
  SRV("_vlmcs._tcp", 10, 75, 1688, "kms-w1.west.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 10, 25, 1688, "kms-w2.west.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 90, 75, 1688, "kms-e1.east.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 90, 25, 1688, "kms-e2.east.contoso.com.", TTL(3600))
);
