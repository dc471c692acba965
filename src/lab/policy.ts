import type { Fqdn } from '../core/name.ts';
import { TYPE } from '../core/wire.ts';
import type { UpdatePolicy } from './update.ts';

/** Lets every key of the server write everything, and nobody else anything. */
export const anyKey: UpdatePolicy = ({ keyName }) => keyName !== undefined;

/** Lets everybody on this computer write everything, signed or not. */
export const anybody: UpdatePolicy = () => true;

/** Lets nobody write anything. */
export const nobody: UpdatePolicy = () => false;

/** Least privilege: this key may add and delete SRV records at these names, as BIND's `grant KEY name NAME SRV;`. */
export function onlySrvAt(key: Fqdn, owners: readonly Fqdn[]): UpdatePolicy {
  return ({ keyName, updates }) =>
    keyName === key && updates.every(({ owner, type }) => type === TYPE.SRV && owners.includes(owner));
}
