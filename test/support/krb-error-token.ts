/** Builds a KRB-ERROR as a server sends it in a GSS-API token: RFC 4120 section 5.9.1, RFC 4121 section 4.1. */
export interface KrbErrorFields {
  readonly code: number;
  readonly serverSeconds: number;
  readonly realm?: string;
}

/** DER with a tag of one octet. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? Buffer.from([body.length])
      : body.length < 0x100
        ? Buffer.from([0x81, body.length])
        : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'latin1'));
const KERBEROS_STRING = 0x1b;

/** `20261121134500Z`. */
function kerberosTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
}

/** The bare KRB-ERROR message. */
export function krbError({ code, serverSeconds, realm = 'CORP.EXAMPLE' }: KrbErrorFields): Buffer {
  const name = der(
    0x30,
    der(0xa0, integer(2)),
    der(0xa1, der(0x30, text(KERBEROS_STRING, 'DNS'), text(KERBEROS_STRING, 'ns1.corp.example'))),
  );
  return der(
    0x7e,
    der(
      0x30,
      der(0xa0, integer(5)),
      der(0xa1, integer(30)),
      der(0xa4, text(0x18, kerberosTime(serverSeconds))),
      der(0xa5, integer(0)),
      der(0xa6, integer(code)),
      der(0xa9, text(KERBEROS_STRING, realm)),
      der(0xaa, name),
    ),
  );
}

/** The message in a token of the mechanism krb5. */
export function krbErrorToken(fields: KrbErrorFields): Buffer {
  const oid = Buffer.from('06 09 2a 86 48 86 f7 12 01 02 02'.replaceAll(' ', ''), 'hex');
  return der(0x60, oid, Buffer.from([0x03, 0x00]), krbError(fields));
}

/** The same as SPNEGO carries it: negTokenResp [1] { responseToken [2] }, RFC 4178 section 4.2.2. */
export function spnegoErrorToken(fields: KrbErrorFields): Buffer {
  return der(
    0xa1,
    der(0x30, der(0xa0, der(0x0a, Buffer.from([2]))), der(0xa2, der(0x04, krbErrorToken(fields)))),
  );
}
