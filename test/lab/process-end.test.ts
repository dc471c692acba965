/** A name service that never answers must not keep the command after its deadline: getaddrinfo cannot be cancelled. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtCommand } from './support/built-command.ts';
import { type Daemon, startDaemon } from './support/daemon.ts';
import { type Namespace, openNamespace } from './support/namespace.ts';
import { labServer } from './support/require.ts';

/** Takes every datagram on port 53 and says nothing. */
const DEAF = "require('node:dgram').createSocket('udp4').bind(53, '127.0.0.1', () => console.log('deaf'))";

labServer('netns')('a name service that never answers', () => {
  let space: Namespace;
  let deaf: Daemon;

  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kmsdns-lab-'));
    // Node asks the system for as long as this says: 5 tries of 20 s are far beyond what a test waits.
    writeFileSync(join(dir, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:20 attempts:5\n');
    space = await openNamespace({
      addresses: [],
      files: { '/etc/resolv.conf': join(dir, 'resolv.conf') },
    });
    deaf = startDaemon(process.execPath, ['-e', DEAF], { dir, prefix: space.prefix });
    return async () => {
      await deaf.end();
      space.close();
      rmSync(dir, { recursive: true, force: true });
    };
  });

  describe('does not hold the command', () => {
    test.each([[['--json']], [[]]])('probe by name with a deadline, %j', async (more) => {
      const command = await builtCommand();
      const ran = await space.run(
        process.execPath,
        [command, 'probe', 'kms.contoso.test', '--deadline', '1', ...more],
        { timeoutMs: 15_000 },
      );
      expect(ran.exitCode).toBe(3);
      expect(ran.stdout).toContain('kms.contoso.test');
      if (more.length > 0) expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 'kmsdns/probe@1' });
    });
  });
});
