// Records what Chromium notes down on a few pages, beside what the collector said of them, for the tests of the crate `vitals`
// (app/vitals/tests/recordings), which works the same values out again.
//
//   node frontend/vitals/record.mjs [NAME ...]
//
// What is recorded differs each time, as the pages are really slow, and the test has to agree with whatever it is.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "../../end2end/node_modules/playwright-core/index.mjs";
import { launchOptions } from "../../end2end/support/chromium.mjs";
import { vitalsSite } from "../../end2end/support/vitals.mjs";

const FOLDER = fileURLToPath(new URL("../../app/vitals/tests/recordings/", import.meta.url));

/** Every click keeps the page busy for as many milliseconds as its place says. */
const BUSY = `<style>body { margin: 0 } button { width: 120px; height: 40px; font: 14px monospace }</style>
<button id="b">0</button><script>
  const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
  let times = [];
  b.addEventListener("pointerdown", () => busy((times[0] ?? 0) / 4));
  b.addEventListener("click", () => { busy(times.shift() ?? 0); b.textContent = times.length; });
</script>`;
const ALIVE = `<script>addEventListener("load", () => performance.mark("vitrine:hydrated"))</script>`;

/** Pages, and what somebody does there. */
const STORIES = {
  // A picture that comes late is the largest, and pushes what stands below it.
  picture: {
    body: `${ALIVE}<p>Before</p><div id="place"></div><p>After it</p><script>setTimeout(() => { place.innerHTML = '<img src="/large.svg" style="display:block">' }, 150)</script>`,
    act: (page) => page.waitForTimeout(900),
  },
  // Shifts in windows: three near to each other, a rest, and a larger one.
  shifts: {
    body: `${ALIVE}<div id="place"></div><p style="height:300px;background:silver">Below</p><script>
      for (const [at, height] of [[200, 30], [500, 40], [900, 20], [2300, 160], [2400, 10]]) setTimeout(() => {
        place.insertAdjacentHTML("beforeend", '<div style="height:' + height + 'px">More</div>');
      }, at);</script>`,
    act: (page) => page.waitForTimeout(3_000),
  },
  // Shifts that somebody has asked for do not count.
  expected: {
    body: `${ALIVE}<button id="b">More</button><div id="place"></div><p style="height:300px;background:silver">Below</p><script>
      b.addEventListener("click", () => { place.style.height = place.offsetHeight + 80 + "px" });
      setTimeout(() => { place.style.height = "20px" }, 2300);</script>`,
    act: async (page) => {
      for (const wait of [300, 300, 1_800]) {
        await page.click("#b");
        await page.waitForTimeout(wait);
      }
    },
  },
  // A few interactions of which the worst is told, with the mouse and with keys.
  slow: {
    body: `${ALIVE}${BUSY}<input id="i" aria-label="Words"><script>i.addEventListener("keydown", () => busy(90))</script>`,
    act: async (page) => {
      await clicks(page, [60, 180, 0, 120, 45]);
      await page.focus("#i");
      await page.keyboard.type("slow", { delay: 60 });
    },
  },
  // More than a hundred: the two worst are left out.
  many: {
    body: `${ALIVE}${BUSY}`,
    act: (page) => clicks(page, Array.from({ length: 104 }, (_, number) => ({ 10: 260, 40: 200, 70: 150, 90: 90 })[number] ?? (number % 7 ? 0 : 50)), 12),
  },
  // One, and it was fast.
  fast: { body: `${ALIVE}${BUSY}`, act: (page) => clicks(page, [0]) },
  // Nobody has done anything.
  looked: { body: ALIVE, act: (page) => page.waitForTimeout(300) },
};

async function clicks(page, times, delay = 120) {
  await page.evaluate((all) => { times = all }, [...times]);
  for (const _ of times) {
    await page.click("#b");
    await page.waitForTimeout(delay);
  }
}

/** Notes down all that the collector could see: to be in the page before anything else. */
function recorder() {
  const seen = [];
  const take = (entries) => {
    for (const entry of entries) {
      const { entryType, name, startTime, duration } = entry;
      const told = { entryType, name, startTime, duration };
      for (const key of ["size", "url", "value", "hadRecentInput", "processingStart", "processingEnd", "interactionId", "responseStart", "activationStart", "requestStart", "responseEnd", "type"]) {
        if (entry[key] !== undefined) told[key] = entry[key];
      }
      seen.push(told);
    }
  };
  const types = ["navigation", "paint", "largest-contentful-paint", "layout-shift", "event", "first-input", "visibility-state", "resource"];
  const observers = types.map((type) => {
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type, buffered: true, durationThreshold: 16 });
    return observer;
  });
  globalThis.recorded = () => {
    for (const observer of observers) take(observer.takeRecords());
    // What of a kind comes after something of another is of no importance, and that of one kind is in order.
    return { interactions: performance.interactionCount, entries: seen };
  };
}

const wanted = process.argv.slice(2);
const stories = Object.entries(STORIES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const site = await vitalsSite(Object.fromEntries(stories.map(([name, { body }]) => [`/${name}`, body])));
const browser = await chromium.launch(launchOptions);
mkdirSync(FOLDER, { recursive: true });
for (const [name, { act }] of stories) {
  const context = await browser.newContext({ viewport: { width: 1_000, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(recorder);
  await page.goto(`${site.address}/${name}`);
  // The collector is there when a view of it is.
  await page.waitForTimeout(400);
  await act(page);
  await page.waitForTimeout(400);
  const recorded = await page.evaluate(() => recorded());
  site.beacons.length = 0;
  await page.goto("about:blank");
  while (site.beacons.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const { values } = site.views()[0];
  const lines = recorded.entries.map((entry) => `    ${JSON.stringify(entry).replaceAll(site.address, "http://site.test")}`);
  writeFileSync(
    `${FOLDER}${name}.json`,
    `{\n  "browser": ${JSON.stringify(browser.version())},\n  "interactions": ${recorded.interactions},\n  "said": ${JSON.stringify(values)},\n  "entries": [\n${lines.join(",\n")}\n  ]\n}\n`,
  );
  console.log(`${name}: ${recorded.entries.length} entries, ${recorded.interactions} interactions, ${JSON.stringify(values)}`);
  await context.close();
}
await browser.close();
site.close();
