import { browserBench } from './bench/browser.mjs';
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
const env = { ...process.env, VITRINE_DATA_DIR: process.argv[2], VITRINE_ADDR: '127.0.0.1:3555' };
delete env.VITRINE_DATABASE_URL; delete env.VITRINE_TEST_POSTGRES_URL;
const log = openSync('/tmp/log/adhoc-server.log','a');
const child = spawn('/work/wt/target/release/vitrine', ['serve'], { env, stdio: ['ignore', log, log] });
const server = { address: 'http://127.0.0.1:3555' };
for (let i=0;i<200;i++){ if (await fetch(server.address+'/readyz').then(r=>r.ok,()=>false)) break; await new Promise(r=>setTimeout(r,50)); }
const body = new URLSearchParams({ email: process.argv[3] ?? 'bench@test.test', password: process.argv[4] ?? 'bench-password-1' });
const a = await fetch(server.address+'/sign-in',{method:'POST',body,redirect:'manual'});
server.cookie = a.headers.get('set-cookie').split(';')[0];
await new Promise(r=>setTimeout(r,6000));
try { await browserBench(server, 1000000); } finally { child.kill(); }
