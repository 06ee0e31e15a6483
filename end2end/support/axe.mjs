// What axe finds on a page.
import AxeBuilder from '@axe-core/playwright';
import { expect } from './fixtures.mjs';

const everyLook = Boolean(process.env.EVERY_LOOK);

/** Each theme and each size once, with all rules; `EVERY_LOOK=1` has each theme in each size, in twice the time. */
export const LOOKS = [
  ['light', 1440],
  ['dark', 390],
  ...(everyLook
    ? [
        ['dark', 1440],
        ['light', 390],
      ]
    : []),
];

/** Nothing, and nothing is wider than the page. `rules` narrows what is looked for. */
export async function clean(page, what = page.url(), rules = {}) {
  // "Legacy": in the page itself. The other way opens a second page each time, for frames of other sites, which there are none of.
  const found = await new AxeBuilder({ page }).options({ resultTypes: ['violations'], ...rules }).setLegacyMode().analyze();
  expect(found.violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`), what).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${what} scrolls sideways`).toBeLessThanOrEqual(0);
}

/** A theme has colours of its own and nothing else: where each size is looked at in both, colours are looked at alone in the second. */
export const rulesOf = (theme) => (everyLook && theme === 'dark' ? { runOnly: ['color-contrast'] } : {});
