# PowerDNS Authoritative Server: pdnsutil commands. Made by kmsdns from small.yaml.
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
pdnsutil replace-rrset contoso.com _vlmcs._tcp SRV 3600 '0 50 1688 kms1.contoso.com.' '0 50 1688 kms2.contoso.com.'
pdnsutil rectify-zone contoso.com
pdnsutil increase-serial contoso.com
pdnsutil check-zone contoso.com
