@echo off
rem Windows KMS client: slmgr commands for the clients of each domain. Made by kmsdns from small.yaml.
rem
rem For clients of contoso.com, as an administrator.
rem The client asks DNS in its own suffixes again: a pinned host and a lookup domain both go, each by its own
rem option.
rem With an activation ID behind it, each of these is for one product; without, for the computer.
rem
rem What this format does not say:
rem - The records: it tells clients what to do, and DNS stays as it is.
rem - A second KMS host: a client that is told one never asks DNS, and fails when that one does.
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /ckms
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /ckms-domain
cscript //nologo "%SystemRoot%\System32\slmgr.vbs" /dlv
