# Samba AD DNS: samba-tool commands. Made by kmsdns from east-west.yaml.
#
# Get a ticket of somebody who may write the zone, and run it; or add -U to each command:
#     kinit administrator && sh kms.samba-tool.sh
# A record that is there already is an error of its command (WERR_DNS_ERROR_RECORD_ALREADY_EXISTS), harmless
# and no reason to stop. The value in quotes is target, port, priority, weight.
# Names that a KMS host shall update itself belong to whoever writes them first: give the hosts write access.
#
# What this format does not say:
# - The TTL: samba-tool has no word for it and gives every record 900 s.
# - The end of old records: dns add only adds; remove others with samba-tool dns delete.

samba-tool dns add 10.0.0.53 east.contoso.com _vlmcs._tcp SRV 'kms-e1.east.contoso.com 1688 10 75'
samba-tool dns add 10.0.0.53 east.contoso.com _vlmcs._tcp SRV 'kms-e2.east.contoso.com 1688 10 25'
samba-tool dns add 10.0.0.53 east.contoso.com _vlmcs._tcp SRV 'kms-w1.west.contoso.com 1688 90 75'
samba-tool dns add 10.0.0.53 east.contoso.com _vlmcs._tcp SRV 'kms-w2.west.contoso.com 1688 90 25'
samba-tool dns add 10.0.0.53 west.contoso.com _vlmcs._tcp SRV 'kms-w1.west.contoso.com 1688 10 75'
samba-tool dns add 10.0.0.53 west.contoso.com _vlmcs._tcp SRV 'kms-w2.west.contoso.com 1688 10 25'
samba-tool dns add 10.0.0.53 west.contoso.com _vlmcs._tcp SRV 'kms-e1.east.contoso.com 1688 90 75'
samba-tool dns add 10.0.0.53 west.contoso.com _vlmcs._tcp SRV 'kms-e2.east.contoso.com 1688 90 25'
