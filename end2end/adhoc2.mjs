import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
const env = { ...process.env, VITRINE_DATA_DIR: process.argv[2], VITRINE_ADDR: '127.0.0.1:3556' };
delete env.VITRINE_DATABASE_URL; delete env.VITRINE_TEST_POSTGRES_URL;
const log = openSync('/tmp/log/adhoc-server.log','a');
const child = spawn((process.env.WT??'/work/wt')+'/target/release/vitrine', ['serve'], { env, stdio: ['ignore', log, log] });
const address = 'http://127.0.0.1:3556';
for (let i=0;i<200;i++){ if (await fetch(address+'/readyz').then(r=>r.ok,()=>false)) break; await new Promise(r=>setTimeout(r,50)); }
const body = new URLSearchParams({ email: process.argv[3] ?? 'bench@test.test', password: process.argv[4] ?? 'bench-password-1' });
const a = await fetch(address+'/sign-in',{method:'POST',body,redirect:'manual'});
const [name,value] = a.headers.get('set-cookie').split(';')[0].split('=');
await new Promise(r=>setTimeout(r,5000));
const browser = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
for (const path of ['/products', ...(process.argv[5]? process.argv[5].split(','):[])]) {
const ctx = await browser.newContext({viewport:{width:1440,height:900}}); await ctx.addCookies([{name,value,url:address}]);
const page = await ctx.newPage(); const cdp = await ctx.newCDPSession(page); await cdp.send('Network.enable');
const rq=new Map(); cdp.on('Network.responseReceived',({requestId,response})=>rq.set(requestId,{url:response.url,bytes:0})); cdp.on('Network.loadingFinished',({requestId,encodedDataLength})=>{ if(rq.has(requestId)) rq.get(requestId).bytes=encodedDataLength;});
page.on('console',m=>{ if(m.type()!='log') console.log('CONSOLE',m.type(),m.text().slice(0,300)) }); page.on('pageerror',e=>console.log('PAGEERROR',String(e).slice(0,300)));
const t0=Date.now();
await page.goto(address+path,{waitUntil:'networkidle'}); await page.waitForSelector('html.hydrated',{state:'attached',timeout:5000}).catch(()=>console.log('not hydrated'));
const kinds={}; for(const r of rq.values()){ const u=new URL(r.url).pathname; const k=/pictures/.test(u)?'picture':/chunk_/.test(u)?'chunk':/split_/.test(u)&&/wasm$/.test(u)?'page':/vitrine.*wasm/.test(u)?'main':/\.js$/.test(u)?'js':/\.css/.test(u)?'css':/^\/api/.test(u)?'api':/pkg/.test(u)?'pkg':u; const e=kinds[k]??=[0,0]; e[0]+=r.bytes;e[1]++; }
let total=0; for(const [k,[b,n]] of Object.entries(kinds).sort((a,b)=>b[1][0]-a[1][0])){ total+=b; console.log(path,k,b,n);} console.log(path,'TOTAL',total);
if(process.env.SHOT){ await page.screenshot({path:process.env.SHOT+path.replace(/[^a-z0-9]/gi,'_')+'.png'}); }
await ctx.close(); }
await browser.close(); child.kill();
