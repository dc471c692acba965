import type { Fix } from '../finding.ts';

/** slmgr.vbs on the console, without its message boxes. */
export function slmgr(options: string): string {
  return `cscript //nologo %windir%\\system32\\slmgr.vbs ${options}`;
}

/** Registry key of the Software Protection Platform, as reg.exe takes it. */
export const SPP_KEY = '"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform"';

/** The licence service reads its registry values when it starts. */
export const RESTART_SPPSVC = 'net stop sppsvc && net start sppsvc';

/** Adds one record on a Microsoft DNS server; the final dot of the target keeps the zone from being appended. */
export const ADD_SRV_POWERSHELL =
  'Add-DnsServerResourceRecord -Srv -ZoneName ZONE -Name _vlmcs._tcp -DomainName KMSHOST. -Priority 0 -Weight 0 -Port 1688';

export const ADD_SRV_DNSCMD = 'dnscmd DNSSERVER /RecordAdd ZONE _vlmcs._tcp SRV 0 0 1688 KMSHOST.';

/** One signed update by hand; `send` is what carries it out. */
export const ADD_SRV_NSUPDATE =
  "printf 'server DNSSERVER\\nzone ZONE\\nupdate add _vlmcs._tcp.DOMAIN. 3600 SRV 0 0 1688 KMSHOST.\\nsend\\n' | nsupdate -k KEYFILE";

const undoApply = 'kmsdns rollback with the journal file of the apply';

/** Publish what is written down. */
export const PUBLISH: Fix = {
  text: 'Publish the record from a desired state.',
  command: 'kmsdns apply',
  safe: false,
  undo: undoApply,
};

/** Look first, then take a record out. */
export const WITHDRAW: Fix = {
  text: 'Take the record out of the set, and only that one.',
  command: 'kmsdns plan',
  safe: false,
  undo: undoApply,
};

export const WITHDRAW_POWERSHELL: Fix = {
  text: 'Or delete exactly that record on a Microsoft DNS server.',
  platform: 'windows',
  command:
    "Get-DnsServerResourceRecord -ZoneName ZONE -Name _vlmcs._tcp -RRType Srv | Where-Object { $_.RecordData.DomainName -eq 'KMSHOST.' } | Remove-DnsServerResourceRecord -ZoneName ZONE",
  safe: false,
  undo: ADD_SRV_POWERSHELL,
};

export const FLUSH_CLIENT: Fix = {
  text: 'Empty the cache of the client.',
  platform: 'windows',
  command: 'ipconfig /flushdns',
  safe: true,
};

export const TEST_PORT: Fix = {
  text: 'See from the client whether the port answers.',
  platform: 'windows',
  command: 'Test-NetConnection -ComputerName KMSHOST -Port 1688',
  safe: true,
};

/** The rule is there on every Windows, and off until somebody enables it. */
export const OPEN_FIREWALL: Fix = {
  text: 'Enable the firewall rule of the KMS host.',
  platform: 'windows',
  command: 'Enable-NetFirewallRule -Name SPPSVC-In-TCP',
  safe: true,
  undo: 'Disable-NetFirewallRule -Name SPPSVC-In-TCP',
};

/** A client goes back to what DNS says. */
export const CLEAR_OVERRIDE: Fix = {
  text: 'Clear the pinned host, so that the client asks DNS again.',
  platform: 'windows',
  command: slmgr('/ckms'),
  safe: true,
  undo: slmgr('/skms KMSHOST:PORT'),
};

export const SHOW_LICENCE: Fix = {
  text: 'See what the client is told and what it found.',
  platform: 'windows',
  command: slmgr('/dlv'),
  safe: true,
};

export const ACTIVATE_NOW: Fix = {
  text: 'Let the client try at once.',
  platform: 'windows',
  command: slmgr('/ato'),
  safe: true,
};

export const SET_SERVERS: Fix = {
  text: 'Give the client resolvers that know the domain, by DHCP option 6 or on the adapter.',
  platform: 'windows',
  command: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ServerAddresses DNSSERVER,DNSSERVER2',
  safe: false,
  undo: 'Set-DnsClientServerAddress -InterfaceAlias ADAPTER -ResetServerAddresses',
};
