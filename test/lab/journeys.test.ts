/** The journeys of a publisher, walked on each real server with the same words; `dig` says what came of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SystemNet, systemNet } from '../../src/core/net-sockets.ts';
import { applyExitCode } from '../../src/publish/apply-result.ts';
import { verifyExitCode } from '../../src/publish/verify.ts';
import { startBind } from './support/bind.ts';
import { digSrv } from './support/dig.ts';
import { freshKey, type LabKey, wrongSecret } from './support/keys.ts';
import { startKnot } from './support/knot.ts';
import type { LabServer } from './support/lab.ts';
import { nsupdate } from './support/nsupdate.ts';
import { startPowerDns } from './support/powerdns.ts';
import type { ServerBinary } from './support/programs.ts';
import { labServer } from './support/require.ts';
import { type Tool, tool } from './support/tool.ts';
import { type LabZone, publisherZone } from './support/zones.ts';

const ZONES = ['fresh', 'live', 'retime', 'moved', 'case', 'undo', 'undo-moved'] as const;

interface Kind {
  readonly name: string;
  readonly needs: readonly ServerBinary[];
  readonly start: (zones: readonly LabZone[], keys: readonly LabKey[]) => Promise<LabServer>;
  readonly provesAll: boolean;
}

const KINDS: readonly Kind[] = [
  { name: 'BIND', needs: ['named'], start: (zones, keys) => startBind({ zones, keys }), provesAll: true },
  { name: 'Knot', needs: ['knotd'], start: (zones, keys) => startKnot({ zones, keys }), provesAll: true },
  {
    name: 'PowerDNS',
    needs: ['pdns_server'],
    start: (zones, keys) => startPowerDns({ zones: zones.map(openToKey), keys }),
    provesAll: false,
  },
];

/** PowerDNS restricts names only by a Lua policy, which has tests of its own. */
function openToKey(zone: LabZone): LabZone {
  return zone.access.may === 'publish'
    ? { ...zone, access: { may: 'everything', key: zone.access.key } }
    : zone;
}

for (const kind of KINDS) {
  labServer(...kind.needs)(`journeys on ${kind.name}`, () => {
    const key = freshKey('kms-publisher');
    let server: LabServer;
    let net: SystemNet;
    let user: Tool;
    const owner = (zone: string): string => `_vlmcs._tcp.${zone}.example`;
    const served = (zone: string): Promise<readonly string[]> => digSrv(server.endpoint, owner(zone));
    const addBehindOurBack = (zone: string, rdata: string): Promise<unknown> =>
      nsupdate(server.endpoint, {
        zone: `${zone}.example`,
        keyFile: server.keyFile(key.name),
        lines: [`update add ${owner(zone)} 3600 SRV ${rdata}`],
      });

    beforeAll(async () => {
      const zones = ZONES.map((name) =>
        publisherZone(
          `${name}.example`,
          key.name,
          name === 'fresh' ? [] : [`_vlmcs._tcp IN SRV 0 0 1688 ${name === 'case' ? 'KMS1' : 'kms1'}`],
        ),
      );
      server = await kind.start(zones, [key]);
      net = systemNet();
      user = tool({ server: server.endpoint, key, net });
    });
    afterAll(() => net?.close());

    test('publishes where nothing was, and says so', async () => {
      const state = user.state(
        '  fresh.example: { server: lab, ttl: 1200, publish: [{ host: kms1.fresh.example, weight: 75 }, { host: kms2.fresh.example, priority: 10 }] }',
      );
      expect((await user.plan(state)).plan.zones[0]?.changes.map(({ kind }) => kind)).toEqual(['add', 'add']);
      const { zones } = await user.apply(state);
      expect(zones).toMatchObject([{ outcome: 'applied', rcode: 'NOERROR', tsig: 'good' }]);
      expect(zones[0]?.readBack.map(({ state }) => state)).toEqual(['current']);
      expect(await served('fresh')).toEqual([
        '1200 0 75 1688 kms1.fresh.example.',
        '1200 10 0 1688 kms2.fresh.example.',
      ]);
      expect((await user.plan(state)).plan.inSync).toBe(true);
      expect(verifyExitCode(await user.verify(state))).toBe(0);
      expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'unchanged' }]);
    });

    test('adds beside what others publish, and leaves that alone', async () => {
      const state = user.state(
        '  live.example: { server: lab, publish: [{ host: kms2.live.example, priority: 5 }] }',
      );
      const { plan } = await user.plan(state);
      expect(plan.zones[0]?.kept).toMatchObject([{ record: { target: 'kms1.live.example.' } }]);
      expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('live')).toEqual([
        '3600 0 0 1688 kms1.live.example.',
        '3600 5 0 1688 kms2.live.example.',
      ]);
    });

    test('changes priority and weight of one record, and removes what an exact policy does not list', async () => {
      const state = user.state(
        '  live.example: { server: lab, policy: exact, publish: [{ host: kms2.live.example, priority: 7, weight: 9 }] }',
      );
      expect((await user.plan(state)).plan.zones[0]?.changes.map(({ kind }) => kind)).toEqual([
        'remove',
        'change',
      ]);
      expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('live')).toEqual(['3600 7 9 1688 kms2.live.example.']);
    });

    test('changes a TTL in place', async () => {
      const state = user.state(
        '  retime.example: { server: lab, ttl: 900, publish: [{ host: kms1.retime.example }, { host: kms2.retime.example }] }',
      );
      expect((await user.plan(state)).plan.zones[0]?.changes.map(({ kind }) => kind)).toEqual([
        'add',
        'retime',
      ]);
      expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('retime')).toEqual([
        '900 0 0 1688 kms1.retime.example.',
        '900 0 0 1688 kms2.retime.example.',
      ]);
      const shorter = user.state(
        '  retime.example: { server: lab, ttl: 300, publish: [{ host: kms1.retime.example }, { host: kms2.retime.example }] }',
      );
      expect((await user.apply(shorter)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('retime')).toEqual([
        '300 0 0 1688 kms1.retime.example.',
        '300 0 0 1688 kms2.retime.example.',
      ]);
    });

    test('removes a record that the server spells in capitals', async () => {
      const state = user.state(
        '  case.example: { server: lab, policy: exact, publish: [{ host: kms2.case.example }] }',
      );
      expect((await user.apply(state)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('case')).toEqual(['3600 0 0 1688 kms2.case.example.']);
    });

    test('a zone that moves between reading and writing is planned anew, and nothing is lost', async () => {
      const state = user.state('  moved.example: { server: lab, publish: [{ host: kms2.moved.example }] }');
      let meddled = false;
      const { zones } = await user.apply(state, {
        progress: () => {},
        recorder: {
          async store() {
            if (!meddled) await addBehindOurBack('moved', '0 0 1688 kms3.moved.example.');
            meddled = true;
            return 'journal';
          },
          async discard() {},
        },
      });
      expect(zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('moved')).toEqual([
        '3600 0 0 1688 kms1.moved.example.',
        '3600 0 0 1688 kms2.moved.example.',
        '3600 0 0 1688 kms3.moved.example.',
      ]);
    });

    test('a zone that moves under an exact policy is a conflict: nobody saw what would be deleted', async () => {
      const before = await served('moved');
      const state = user.state(
        '  moved.example: { server: lab, policy: exact, publish: [{ host: kms1.moved.example }] }',
      );
      let meddled = false;
      const { zones } = await user.apply(state, {
        recorder: {
          async store() {
            if (!meddled) await addBehindOurBack('moved', '9 9 1688 late.moved.example.');
            meddled = true;
            return 'journal';
          },
          async discard() {},
        },
      });
      expect(zones).toMatchObject([{ outcome: 'conflict', rcode: 'NXRRSET' }]);
      expect(applyExitCode(zones)).toBe(2);
      expect(await served('moved')).toEqual([...before, '3600 9 9 1688 late.moved.example.']);
    });

    test('rolls back what it did, also the first record of a name', async () => {
      const before = await served('undo');
      const state = user.state(
        '  undo.example: { server: lab, policy: exact, ttl: 60, publish: [{ host: kms2.undo.example, weight: 5 }] }',
      );
      await user.apply(state);
      expect(await served('undo')).toEqual(['60 0 5 1688 kms2.undo.example.']);
      const journal = user.journals.at(-1)!;
      expect(journal.entries).toMatchObject([{ outcome: 'applied' }]);
      expect((await user.rollBack(state, journal)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('undo')).toEqual(before);
      expect((await user.rollBack(state, journal)).zones).toMatchObject([{ outcome: 'unchanged' }]);

      const empty = user.state('  undo.example: { server: lab, policy: exact, publish: [] }');
      expect((await user.apply(empty)).zones).toMatchObject([{ outcome: 'applied' }]);
      expect(await served('undo')).toEqual([]);
      expect((await user.rollBack(empty, user.journals.at(-1)!)).zones).toMatchObject([
        { outcome: 'applied' },
      ]);
      expect(await served('undo')).toEqual(before);
    });

    test('a rollback does not undo what somebody did later', async () => {
      const state = user.state(
        '  undo-moved.example: { server: lab, publish: [{ host: kms2.undo-moved.example }] }',
      );
      await user.apply(state);
      const journal = user.journals.at(-1)!;
      await addBehindOurBack('undo-moved', '3 3 1688 kms3.undo-moved.example.');
      const before = await served('undo-moved');
      expect((await user.rollBack(state, journal)).zones).toMatchObject([
        { outcome: 'conflict', rcode: null },
      ]);
      expect(await served('undo-moved')).toEqual(before);
    });

    test('preflight proves what it can, and writes nothing', async () => {
      const before = await served('fresh');
      const state = user.state(
        '  fresh.example: { server: lab, ttl: 5, policy: exact, publish: [{ host: kms3.fresh.example }] }',
      );
      const [result] = await user.preflight(state);
      expect(result).toMatchObject({
        rcode: 'YXDOMAIN',
        tsig: 'good',
        allowed: kind.provesAll ? 'yes' : 'key-only',
      });
      expect(await served('fresh')).toEqual(before);
    });

    test('a wrong secret is refused, by preflight and by apply, and nothing is written', async () => {
      const stranger = tool({ server: server.endpoint, key: wrongSecret(key), net, timeoutMs: 500 });
      const state = stranger.state(
        '  fresh.example: { server: lab, publish: [{ host: kms3.fresh.example }] }',
      );
      const before = await served('fresh');
      expect((await stranger.preflight(state))[0]).toMatchObject({ allowed: 'no' });
      const { zones } = await stranger.apply(state);
      expect(zones).toMatchObject([{ outcome: 'refused' }]);
      expect(zones[0]?.explain).toMatch(kind.name === 'PowerDNS' ? /PowerDNS/ : /BADSIG/);
      expect(applyExitCode(zones)).toBe(2);
      expect(await served('fresh')).toEqual(before);
    });
  });
}
