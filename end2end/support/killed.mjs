// A browser with a profile on the disk that is killed as a phone's is when its battery is empty: all of its processes at once, in the middle of
// whatever they do.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from './chromium.mjs';

export class Killed {
  profile = mkdtempSync(join(tmpdir(), 'vitrine-profile-'));

  /** Starts the browser on its profile; the one context it has. */
  async start() {
    const flags = [...launchOptions.args, '--headless', '--remote-debugging-port=0', `--user-data-dir=${this.profile}`];
    // A group of its own, which is killed as one.
    this.process = spawn(launchOptions.executablePath, flags, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.ended = new Promise((done) => this.process.once('exit', done));
    this.browser = await chromium.connectOverCDP(await this.#address());
    return this.browser.contexts()[0];
  }

  async kill() {
    process.kill(-this.process.pid, 'SIGKILL');
    await this.ended;
    await this.browser.close().catch(() => {});
  }

  async end() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #address() {
    return new Promise((done, failed) => {
      let said = '';
      this.process.stderr.on('data', (part) => {
        said += part;
        const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (address) done(address);
      });
      this.process.once('exit', () => failed(new Error(`the browser did not start: ${said}`)));
    });
  }
}

/**
 * Types into a product's title, with a line or `offline`, kills the browser as soon as it says that it is saved on the device, and starts it again; a
 * page of that, from which everything goes out.
 */
export async function typeAndKill(killed, { address, href, text, cookie, line, offline }) {
  let context = await killed.start();
  await context.addCookies([cookie]);
  let page = await context.newPage();
  await page.goto(`${address}${href}`);
  await page.waitForSelector('html.hydrated', { state: 'attached' });
  if (offline) line.cut();
  await page.evaluate((text) => {
    window.kept = new Promise((done) => {
      const look = () => (document.querySelector('[data-field=title] [data-state]').dataset.state === 'kept' ? done() : setTimeout(look, 0));
      look();
    });
    const input = document.querySelector('#title');
    input.focus();
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    input.blur();
  }, text);
  await page.evaluate(() => window.kept);
  await killed.kill();
  line.mend();
  context = await killed.start();
  // A browser writes cookies down when it comes to it: this one was new.
  await context.addCookies([cookie]);
  page = await context.newPage();
  await page.goto(`${address}/settings`);
  return page;
}
