/**
 * Stands in for yargs' own width function in the built command (see scripts/build.mjs): that one loads tables of
 * emoji, which no help text of ours has and which cost 20 ms at every start.
 */
export { displayWidth as default } from '../core/text-layout.ts';
