@echo off
rem Windows KMS host: slmgr commands, one list per KMS host. Made by kmsdns from east-west.yaml.
rem
rem For kms-w1.west.contoso.com, as an administrator.
rem Set its publish list first: it is read at the restart below. Keep the old one: reg export.
rem
rem What this format does not say:
rem - The domains to publish in: slmgr has no option for DnsDomainPublishList; generate publish-list-ps1,
rem   publish-list-reg or gpo-publish-list.
rem - Priority and weight: they stand in the publish list; /spri and /cpri are about CPU time.
rem - A TTL: the host chooses it.
rem - The end of old records: a host never takes back what it published, not even with /cdns.
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /sprt 1688
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /sdns
net stop sppsvc
net start sppsvc
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /dlv
