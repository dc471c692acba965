// The part of native-dns that the tests use; the package has no types.
declare module 'native-dns' {
  interface Request {
    on(
      event: 'message',
      seen: (error: Error | null, message: { readonly answer: readonly object[] }) => void,
    ): void;
    on(event: 'timeout' | 'end', seen: () => void): void;
    send(): void;
  }
  const dns: {
    Question(fields: { readonly name: string; readonly type: string }): object;
    Request(fields: {
      readonly question: object;
      readonly server: { readonly address: string; readonly port: number; readonly type: 'udp' | 'tcp' };
      readonly timeout: number;
    }): Request;
  };
  export default dns;
}
