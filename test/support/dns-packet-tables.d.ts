// Files of dns-packet that @types/dns-packet leaves out.
declare module 'dns-packet/types.js' {
  const types: { toString(code: number): string; toType(name: string): number };
  export default types;
}
declare module 'dns-packet/rcodes.js' {
  const rcodes: { toString(code: number): string };
  export default rcodes;
}
declare module 'dns-packet/opcodes.js' {
  const opcodes: { toString(code: number): string };
  export default opcodes;
}
