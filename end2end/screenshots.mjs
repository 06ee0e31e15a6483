// Makes the pictures that a browser shows beside the offer to install the app: public/screenshots, named in public/manifest.webmanifest.
// Pages change oftener than it matters there, so that they are made by hand, and what the tests look at is their sizes.
//
//   make screenshots
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from './support/chromium.mjs';
import { root, Server } from './support/server.mjs';

const TO = join(root, 'public/screenshots');
/** An installer's dialog fetches all of one kind at once, on a phone's line too. */
const MOST_KB = 80;
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };
/** Chosen for what there is to see: pictures, every status, a description. */
const PAGES = { products: '/products?sort=title', product: undefined };

const server = await Server.make('sqlite');
const browser = await chromium.launch(launchOptions);
try {
  server.run(['demo', '--products', '10000']);
  await server.start();
  mkdirSync(TO, { recursive: true });
  for (const [form, viewport] of Object.entries(SIZES)) {
    const context = await browser.newContext({ baseURL: server.address, viewport, reducedMotion: 'reduce', colorScheme: 'light', isMobile: form === 'narrow', hasTouch: form === 'narrow' });
    const page = await context.newPage();
    await context.request.post('/sign-in', { form: { email: 'owner@demo.test', password: 'vitrine-demo' }, maxRedirects: 0 });
    await page.goto(PAGES.products);
    PAGES.product ??= await page.locator('.row:not(.skel) a').nth(4).getAttribute('href');
    for (const [name, address] of Object.entries(PAGES)) {
      await page.goto(address);
      await page.waitForSelector('html.hydrated', { state: 'attached' });
      await page.waitForLoadState('networkidle');
      const picture = await asWebp(await page.screenshot());
      const file = join(TO, `${name}-${form}.webp`);
      const kilobytes = picture.length / 1_000;
      if (kilobytes > MOST_KB) throw new Error(`${file} is ${kilobytes.toFixed(1)} kB, and may be ${MOST_KB}`);
      writeFileSync(file, picture);
      console.log(`${file}: ${kilobytes.toFixed(1)} kB`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.end();
}

/** A browser writes it itself, at a third of the size of a PNG. */
async function asWebp(png) {
  const page = await browser.newPage();
  const url = await page.evaluate(async (png) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
    canvas.getContext('2d').drawImage(picture, 0, 0);
    return canvas.toDataURL('image/webp', 0.78);
  }, png.toString('base64'));
  await page.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
