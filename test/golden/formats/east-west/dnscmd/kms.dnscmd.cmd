@echo off
rem Windows DNS Server: dnscmd commands, for servers without PowerShell. Made by kmsdns from east-west.yaml.
rem
rem Run it as somebody who may write the zones. It stops at the first command that fails.
rem Options stand between the name and the TTL: /Aging lets the server scavenge the record, /OpenAcl lets
rem every computer of the domain write the name.
rem The fields behind SRV are priority, weight, port, target.
rem
rem What this format does not say:
rem - The end of old records: RecordAdd only adds; remove others with dnscmd /RecordDelete.
dnscmd 10.0.0.53 /RecordAdd east.contoso.com _vlmcs._tcp 3600 SRV 10 75 1688 kms-e1.east.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd east.contoso.com _vlmcs._tcp 3600 SRV 10 25 1688 kms-e2.east.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd east.contoso.com _vlmcs._tcp 3600 SRV 90 75 1688 kms-w1.west.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd east.contoso.com _vlmcs._tcp 3600 SRV 90 25 1688 kms-w2.west.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd west.contoso.com _vlmcs._tcp 3600 SRV 10 75 1688 kms-w1.west.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd west.contoso.com _vlmcs._tcp 3600 SRV 10 25 1688 kms-w2.west.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd west.contoso.com _vlmcs._tcp 3600 SRV 90 75 1688 kms-e1.east.contoso.com. || exit /b 1
dnscmd 10.0.0.53 /RecordAdd west.contoso.com _vlmcs._tcp 3600 SRV 90 25 1688 kms-e2.east.contoso.com. || exit /b 1
