/** How `--plan` writes a mending down; `text` is for people. */
export const PLAN_FORMATS = ['text', 'powershell', 'dsacls', 'ldif', 'samba-tool'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** The group that holds all KMS hosts, where nobody names another. */
export const DEFAULT_GROUP = 'KMS Hosts';
