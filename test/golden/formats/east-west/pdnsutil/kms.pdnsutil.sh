# PowerDNS Authoritative Server: pdnsutil commands. Made by kmsdns from east-west.yaml.
#
# Run it on the server, as a user who may write its database; it stops at the first command that fails:
#     sh kms.pdnsutil.sh
# It works on any backend that keeps records in a database; a zone of the bind backend is its file instead.
# These are the words of 4.x; version 5.0 puts the object first (pdnsutil rrset replace, pdnsutil zone check).
# The value in quotes is priority, weight, port, target.
#
# What this format does not say:
# - Records of other hosts: replace-rrset puts the listed ones in the place of the whole set.

set -eu
pdnsutil replace-rrset east.contoso.com _vlmcs._tcp SRV 3600 '10 75 1688 kms-e1.east.contoso.com.' '10 25 1688 kms-e2.east.contoso.com.' '90 75 1688 kms-w1.west.contoso.com.' '90 25 1688 kms-w2.west.contoso.com.'
pdnsutil rectify-zone east.contoso.com
pdnsutil increase-serial east.contoso.com
pdnsutil check-zone east.contoso.com
pdnsutil replace-rrset west.contoso.com _vlmcs._tcp SRV 3600 '10 75 1688 kms-w1.west.contoso.com.' '10 25 1688 kms-w2.west.contoso.com.' '90 75 1688 kms-e1.east.contoso.com.' '90 25 1688 kms-e2.east.contoso.com.'
pdnsutil rectify-zone west.contoso.com
pdnsutil increase-serial west.contoso.com
pdnsutil check-zone west.contoso.com
