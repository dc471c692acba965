# DnsDomainPublishList of KMS host kms-w2.west.contoso.com. Made by kmsdns from east-west.yaml.
#
#   .\publish-list.kms-w2.west.contoso.com.ps1 -WhatIf              shows what would be done
#   .\publish-list.kms-w2.west.contoso.com.ps1                      writes the list and restarts the service
#   .\publish-list.kms-w2.west.contoso.com.ps1 -EnablePublishing    also removes DisableDnsPublishing, which stops all publishing
#   .\publish-list.kms-w2.west.contoso.com.ps1 -NoRestart           writes the list; the service reads it when it next starts
#
# It refuses to run on another computer: a host can only publish itself, and others need other numbers.
# It replaces the whole list, and changes nothing when the list is as wanted. Needs an elevated prompt.

[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [switch] $EnablePublishing,
    [switch] $NoRestart,
    [switch] $AnyComputer
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$wantedHost = 'kms-w2.west.contoso.com'
$wanted = @(
    'west.contoso.com, 10, 25'
    'east.contoso.com, 90, 25'
)

$key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform'
$valueName = 'DnsDomainPublishList'

function Show-List($Title, $Entries) {
    Write-Host $Title
    if (@($Entries).Count -eq 0) { Write-Host '    (nothing)' }
    foreach ($entry in @($Entries)) { Write-Host ('    ' + $entry) }
}

function Read-List {
    return @((Get-Item -LiteralPath $key).GetValue($valueName, [string[]] @()))
}

$network = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
$thisHost = $network.HostName
if ($network.DomainName) { $thisHost = $network.HostName + '.' + $network.DomainName }
if ($thisHost -ne $wantedHost -and -not $AnyComputer) {
    throw ('This list is for ' + $wantedHost + ', and this computer is ' + $thisHost + '. Nothing was changed. -AnyComputer overrides this.')
}

$before = @(Read-List)
Show-List 'Before:' $before
Show-List 'Wanted:' $wanted

$differs = ($before -join "`n") -cne ($wanted -join "`n")
$stopped = (Get-Item -LiteralPath $key).GetValue('DisableDnsPublishing', 0) -ne 0
$changed = $false

if (-not $differs) {
    Write-Host 'The list is as wanted already.'
} elseif ($PSCmdlet.ShouldProcess($valueName, 'Replace the list')) {
    New-ItemProperty -LiteralPath $key -Name $valueName -PropertyType MultiString -Value ([string[]] $wanted) -Force | Out-Null
    $changed = $true
    $after = @(Read-List)
    Show-List 'After:' $after
    if (($after -join "`n") -cne ($wanted -join "`n")) { throw 'The list that was read back is not the one that was written.' }
}

if ($stopped -and -not $EnablePublishing) {
    Write-Warning 'DisableDnsPublishing is set: this host publishes nothing. -EnablePublishing removes it.'
} elseif ($stopped -and $PSCmdlet.ShouldProcess('DisableDnsPublishing', 'Remove')) {
    Remove-ItemProperty -LiteralPath $key -Name 'DisableDnsPublishing'
    $changed = $true
    Write-Host 'DisableDnsPublishing was removed.'
}

# With -WhatIf nothing changes, and the restart that would follow is shown all the same.
$needsRestart = $changed -or ($WhatIfPreference -and ($differs -or ($stopped -and $EnablePublishing)))
if ($needsRestart -and $NoRestart) {
    Write-Warning 'The change counts from the next start of the service sppsvc.'
} elseif ($needsRestart -and $PSCmdlet.ShouldProcess('sppsvc', 'Restart the service')) {
    Restart-Service -Name 'sppsvc'
    Write-Host 'The service sppsvc was restarted. Event 12294 tells success for each domain, 12293 failure.'
}
