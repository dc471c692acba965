import { renderNsupdate, type ScriptEdit, scriptEdits } from '../bind/nsupdate-script.ts';
import { KmsDnsError } from '../core/errors.ts';
import { makePlan } from '../publish/make-plan.ts';
import type { FormatRequest, Generated } from './format.ts';
import { counted } from './look.ts';
import { usage } from './options.ts';
import { openRun } from './run.ts';
import { readSigners } from './state.ts';

/** A script per domain, guarded by what is published now or, without `--live`, by nothing being published yet. */
export async function nsupdateScripts(request: FormatRequest): Promise<Generated> {
  const { values, templates, state: load } = request;
  if (values.live) {
    if (values.merge) throw usage('--live and --merge contradict each other: what was read is the guard');
    return liveScripts(request);
  }
  const reach = (['server', 'authority', 'timeout', 'deadline'] as const).find((name) => {
    const value = values[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (reach !== undefined) throw usage(`--${reach} means something only together with --live`);
  const { state } = await load();
  return renderNsupdate(scriptEdits(state, { merge: values.merge }), templates);
}

async function liveScripts({ context, values, templates, state: load }: FormatRequest): Promise<Generated> {
  const loaded = await load();
  const run = openRun(context, values, { signers: await readSigners(context, loaded) });
  const { plan, unknown } = await run.during(
    `reading ${counted(loaded.state.domains.length, 'domain')}`,
    (reach) => makePlan(reach, loaded.state, { lookAround: false }),
  );
  const blocked = plan.zones.find((zone) => zone.blocked !== undefined);
  if (blocked !== undefined)
    throw new KmsDnsError('generate-impossible', `${blocked.blocked}`, {
      hint: 'remove the alias, or choose other domains with -d',
    });
  const unseen = new Map(scriptEdits(loaded.state).map((edit) => [edit.domain, edit]));
  const edits = plan.zones.map(
    ({ domain, zone, server, before, after }): ScriptEdit => ({
      ...unseen.get(domain)!,
      zone,
      server: { host: server.address, port: server.port },
      before,
      after,
    }),
  );
  return {
    ...renderNsupdate(edits, templates),
    unknown: unknown.map(({ domain, because }) => ({ domain, because })),
  };
}
