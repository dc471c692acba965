import { formatEndpoint } from '../core/address.ts';
import { displayName, type Fqdn } from '../core/name.ts';
import type { Endpoint } from '../core/net.ts';

/** What a request was about, as far as it could be read. */
export type LabRequest =
  | { readonly kind: 'query'; readonly name: Fqdn; readonly type: string; readonly class: string }
  | {
      readonly kind: 'update';
      readonly zone: Fqdn | undefined;
      /** In master-file text; the class tells the operator. */
      readonly prerequisites: readonly string[];
      readonly updates: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'other'; readonly opcode: string };

/** One request and what the server made of it. */
export interface LabEvent {
  readonly from: Endpoint;
  readonly via: 'udp' | 'tcp';
  readonly request: LabRequest;
  /** The key that vouches for the request; undefined when it is unsigned or the signature is worth nothing. */
  readonly keyName: Fqdn | undefined;
  /** `unsigned`, `good`, or the error: BADKEY, BADSIG, BADTIME, BADTRUNC, FORMERR. */
  readonly tsig: string;
  /** Undefined when no answer was sent. */
  readonly rcode: string | undefined;
  /** Why, where the RCODE alone does not say it; empty otherwise. */
  readonly because: string;
  /** Updates passed over without a word (RFC 2136 §3.4.2), each with the reason. */
  readonly ignored: readonly string[];
  /** Set when the zone changed. */
  readonly serial: { readonly from: number; readonly to: number } | undefined;
}

/** One line for a person who watches. */
export function describeEvent(event: LabEvent): string {
  const { from, via, request, rcode, because, serial, keyName } = event;
  const who = `${formatEndpoint(from)} ${via}`;
  const key = keyName === undefined ? '' : `, key ${displayName(keyName)}`;
  const end = [
    rcode ?? 'no answer',
    ...(serial === undefined ? [] : [`serial ${serial.from} to ${serial.to}`]),
    ...(because === '' ? [] : [because]),
    ...event.ignored.map((line) => `passed over ${line}`),
  ].join('; ');
  return `${who}: ${describeRequest(request)}${key}: ${end}`;
}

function describeRequest(request: LabRequest): string {
  switch (request.kind) {
    case 'query':
      return `asks for ${displayName(request.name)} ${request.class === 'IN' ? '' : `${request.class} `}${request.type}`;
    case 'update': {
      const zone = request.zone === undefined ? 'no zone' : displayName(request.zone);
      return `update of ${zone} (${request.prerequisites.length} prerequisites, ${request.updates.length} changes)`;
    }
    case 'unreadable':
      return `unreadable (${request.detail})`;
    case 'other':
      return `opcode ${request.opcode}`;
  }
}
