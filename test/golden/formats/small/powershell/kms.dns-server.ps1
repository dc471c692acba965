# Windows DNS Server: script of Add-DnsServerResourceRecord. Made by kmsdns from small.yaml.
#
# Needs the module DnsServer (RSAT) and somebody who may write the zones. Look first, then run it:
#     .\kms.dns-server.ps1 -ComputerName dc1 -WhatIf
#     .\kms.dns-server.ps1 -ComputerName dc1
# Names are relative to their zone; a target has its final dot. A record that a KMS host shall update itself
# must be writable for it: give a group of the hosts access to the name. -AllowUpdateAny would let every
# computer of the domain write it.
#
# What this format does not say:
# - The end of old records: the script adds and corrects; remove others with Remove-DnsServerResourceRecord.

[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $ComputerName = 'localhost'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$records = @(
    @{ ZoneName = 'contoso.com'; Name = '_vlmcs._tcp'; DomainName = 'kms1.contoso.com.'; Priority = 0; Weight = 50; Port = 1688; TimeToLive = '01:00:00' }
    @{ ZoneName = 'contoso.com'; Name = '_vlmcs._tcp'; DomainName = 'kms2.contoso.com.'; Priority = 0; Weight = 50; Port = 1688; TimeToLive = '01:00:00' }
)

foreach ($record in $records) {
    $ttl = [TimeSpan]::Parse($record.TimeToLive)
    $at = @{ ComputerName = $ComputerName; ZoneName = $record.ZoneName }
    try {
        $found = @(Get-DnsServerResourceRecord @at -Name $record.Name -RRType Srv -Node)
    } catch {
        if ($_.CategoryInfo.Category -ne 'ObjectNotFound') { throw }
        $found = @()
    }
    $same = @($found | Where-Object {
        $_.RecordData.DomainName.TrimEnd('.') -eq $record.DomainName.TrimEnd('.') -and
        $_.RecordData.Priority -eq $record.Priority -and
        $_.RecordData.Weight -eq $record.Weight -and
        $_.RecordData.Port -eq $record.Port
    })
    $what = "$($record.Name) SRV $($record.Priority) $($record.Weight) $($record.Port) $($record.DomainName)"
    if ($same.Count -eq 0) {
        if ($PSCmdlet.ShouldProcess("$($record.ZoneName) on $ComputerName", "Add $what")) {
            $srv = @{
                Name = $record.Name
                DomainName = $record.DomainName
                Priority = $record.Priority
                Weight = $record.Weight
                Port = $record.Port
                TimeToLive = $ttl
            }
            Add-DnsServerResourceRecord -Srv @at @srv -Confirm:$false
        }
    } elseif ($same[0].TimeToLive -ne $ttl) {
        if ($PSCmdlet.ShouldProcess("$($record.ZoneName) on $ComputerName", "Set the TTL of $what to $ttl")) {
            $new = $same[0].Clone()
            $new.TimeToLive = $ttl
            Set-DnsServerResourceRecord @at -OldInputObject $same[0] -NewInputObject $new -Confirm:$false
        }
    } else {
        Write-Verbose "$what is there already"
    }
}
