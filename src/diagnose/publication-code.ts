/**
 * What the code of event 12293 says about the update that failed: HRESULT_FROM_WIN32(9000 + rcode), kms.md 4.3.
 * Where Microsoft's pages disagree with the code's own name, both readings are given.
 */
export function explainPublicationCode(hresult: string): string {
  return MEANINGS[hresult] ?? `${hresult} is not a code that DNS updates are known to end with`;
}

const MEANINGS: Readonly<Record<string, string>> = {
  '0x80072329': 'FORMERR: the server, or something in between, did not understand the update',
  '0x8007232A': 'SERVFAIL: the server could not write: zone not loaded, or its directory partition is away',
  '0x8007232B': 'NXDOMAIN: the domain in the publish list does not exist',
  '0x8007232C': 'NOTIMP: the server takes no updates at all',
  '0x8007232D':
    'REFUSED: dynamic updates are off for the zone, or its access list does not let this host write',
  '0x8007232E': 'YXDOMAIN: a prerequisite of the update did not hold',
  '0x8007232F': 'YXRRSET: a prerequisite of the update did not hold',
  '0x80072330': 'NXRRSET: a prerequisite of the update did not hold',
  '0x80072331': 'NOTAUTH: the update went to a server that is not authoritative for the zone',
  '0x80072332': 'NOTZONE: the name is not inside the zone the update was sent for',
  '0x80072338':
    'BADSIG by its name, a signature that does not verify; Microsoft (KB 2553863) documents it as no permission on the existing record: another account owns it',
  '0x80072339':
    'BADKEY: the server does not know the Kerberos context; wrong service principal, or it was restarted',
  '0x8007233A': 'BADTIME: the clocks of host and DNS server differ too much',
  '0x8007267C': 'no DNS servers are configured on the host',
  '0x800705B4': 'timeout: nobody answered the update',
  '0x80070005': 'access denied before anything was sent',
};
