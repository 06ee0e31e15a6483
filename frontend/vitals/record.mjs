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
import { driven, vitalsSite } from "../../end2end/support/vitals.mjs";

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
      b.addEventListener("click", () => { place.style.height = place.offsetHeight + 150 + "px" });
      setTimeout(() => { place.style.height = place.offsetHeight + 20 + "px" }, 2300);</script>`,
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
  const KEYS = ["size", "url", "value", "hadRecentInput", "processingStart", "processingEnd", "interactionId", "responseStart", "activationStart", "requestStart", "responseEnd", "type"];
  const told = (entry) => {
    const { entryType, name, startTime, duration } = entry;
    return { entryType, name, startTime, duration, ...Object.fromEntries(KEYS.filter((key) => entry[key] !== undefined).map((key) => [key, entry[key]])) };
  };
  const types = ["navigation", "paint", "largest-contentful-paint", "layout-shift", "event", "first-input", "visibility-state", "resource"];
  const observers = types.map((type) => {
    const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()));
    observer.observe({ type, buffered: true, durationThreshold: 16 });
    return observer;
  });
  globalThis.recorded = () => {
    for (const observer of observers) seen.push(...observer.takeRecords());
    // Some, as that of the document, go on to change.
    return { interactions: performance.interactionCount, entries: seen.map(told) };
  };
}

const wanted = process.argv.slice(2);
const stories = Object.entries(STORIES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
mkdirSync(FOLDER, { recursive: true });
const site = await vitalsSite(Object.fromEntries(stories.map(([name, { body }]) => [`/${name}`, body])));
const browser = await chromium.launch(launchOptions);
const version = browser.version();
for (const [name, { act }] of stories) {
  const context = await browser.newContext({ viewport: { width: 1_000, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(recorder);
  await page.goto(`${site.address}/${name}`);
  // Until it is measured.
  await page.waitForTimeout(400);
  await act(page);
  await page.waitForTimeout(400);
  const recorded = await page.evaluate(() => recorded());
  site.beacons.length = 0;
  await page.goto("about:blank");
  await until(() => site.beacons.length > 0);
  write(name, recorded, site.views()[0], site.address);
  await context.close();
}
await browser.close();
site.close();
if (wanted.length === 0 || wanted.includes("ahead")) await ahead();

/** A page that was made ahead of time, which none is for whoever looks into it: it posts what is recorded. */
async function ahead() {
  const site = await vitalsSite({
    "/": `<script type="speculationrules">{"prerender":[{"source":"list","urls":["/ahead"],"eagerness":"immediate"}]}</script>
      <script>setTimeout(() => { location.href = "/ahead" }, 3000)</script>`,
    "/ahead": `<script>(${recorder})()</script>${ALIVE}<div id="place"></div><p>Below</p><script>
      document.addEventListener("prerenderingchange", () => {
        setTimeout(() => { place.innerHTML = '<img src="/large.svg" style="display:block">' }, 300);
        setTimeout(() => fetch("/recorded", { method: "POST", body: JSON.stringify(recorded()) }).then(() => { location.href = "/next" }), 1500);
      });</script>`,
  });
  await driven(`${site.address}/`, () => until(() => site.posted.length > 0 && site.views().some(({ navigation }) => navigation === "prerender")));
  write("ahead", site.posted[0], site.views().find(({ navigation }) => navigation === "prerender"), site.address);
  site.close();
}

async function until(is) {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function write(name, { interactions, entries }, { values }, address) {
  const lines = entries.map((entry) => `    ${JSON.stringify(entry).replaceAll(address, "http://site.test")}`).join(",\n");
  const head = `  "browser": ${JSON.stringify(version)},\n  "interactions": ${interactions},\n  "said": ${JSON.stringify(values)},`;
  writeFileSync(`${FOLDER}${name}.json`, `{\n${head}\n  "entries": [\n${lines}\n  ]\n}\n`);
  console.log(`${name}: ${entries.length} entries, ${interactions} interactions, ${JSON.stringify(values)}`);
}
