// Fills the database of a server that is stopped with what half a year of a busy one leaves of what it has measured; gives how many rows that is.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../support/server.mjs';

export function fillQuarter(server) {
  const location = server.database ?? `sqlite:${join(server.dir, 'vitrine.db')}`;
  const done = spawnSync('cargo', ['run', '--quiet', '--release', '--locked', '-p', 'store', '--example', 'quarter', '--', location], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the example did not fill it: ${done.stderr}`);
  return Number(done.stdout);
}
