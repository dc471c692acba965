// DNSControl: dnsconfig.js statements. Made by kmsdns from small.yaml.
//
// In dnsconfig.js, below the D() of each of these zones, then look before you push:
//     require("./kms.dnscontrol.js");
//     dnscontrol preview
// The fields of SRV are name, priority, weight, port, target.
//
// What this format does not say:
// - Records of other hosts: without NO_PURGE, DNSControl deletes what its files do not hold.

D_EXTEND("contoso.com",
  SRV("_vlmcs._tcp", 0, 50, 1688, "kms1.contoso.com.", TTL(3600)),
  SRV("_vlmcs._tcp", 0, 50, 1688, "kms2.contoso.com.", TTL(3600))
);
