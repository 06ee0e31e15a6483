// What the pages of the settings have in common: what was made is a row, its secret is shown once, and it is removed when that is agreed to.
import { alive, expect } from './fixtures.mjs';

export const rowOf = (page, text) => page.getByRole('listitem').filter({ hasText: text });

const field = (page, label) => page.getByLabel(label, { exact: true });

/** Whether a form is sent: a page says how fast it was whenever it is left. */
const isForm = (request) => request.method() === 'POST' && new URL(request.url()).pathname !== '/vitals';

/** Sends the form that makes a secret. The answer shows it and is kept nowhere. The secret. */
export async function makeSecret(page, button, label) {
  const answered = page.waitForResponse((response) => isForm(response.request()));
  await page.getByRole('button', { name: button }).click();
  expect((await answered).headers()['cache-control']).toBe('no-store');
  return field(page, label).inputValue();
}

/** A reload of the page that shows a secret sends nothing again and does not bring it back; what it is of is still there. */
export async function reloadsWithout(page, secret, row) {
  await alive(page);
  const sent = [];
  page.on('request', (request) => isForm(request) && sent.push(request.url()));
  await page.reload();
  await expect(row).toBeVisible();
  expect(sent).toEqual([]);
  expect(await page.content()).not.toContain(secret);
}

/** Without scripts a new secret is shown with nothing to copy it by, and it is not there when the page is opened again. */
export async function isShownOnce(page, address, label, secret) {
  await expect(field(page, label)).toHaveValue(secret);
  await expect(page.getByRole('button', { name: 'Copy' })).toBeHidden();
  await page.goto(address);
  await expect(field(page, label)).toHaveCount(0);
}

/** Removes what the page is about, and agrees when asked. */
export async function remove(page) {
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Removed.')).toBeVisible();
}
