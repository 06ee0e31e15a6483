import { alive, expect, signIn, test } from '../support/fixtures.mjs';

test('one signs in, lands where one wanted to go, and signs out', async ({ page }) => {
  await page.goto('/products?sort=title');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Email').fill('owner@demo.test');
  await page.getByLabel('Password').fill('vitrine-demo');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\?sort=title$/);

  await alive(page);
  await page.getByRole('button', { name: 'Demo Owner' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
});

test.describe('a wrong password', () => {
  test.use({ expectedErrors: ['422'] });

  test('is told beside the field, and what was typed stays', async ({ page }) => {
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill('owner@demo.test');
    await page.getByLabel('Password').fill('not it');
    await page.keyboard.press('Enter');

    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByLabel('Email')).toHaveValue('owner@demo.test');
    await expect(page.getByLabel('Password')).toBeFocused();
  });
});

test('a person of another store sees nothing of this one', async ({ page }) => {
  await signIn(page, 'owner@second.test');

  await expect(page.getByText('Second store').first()).toBeVisible();
  await expect(page.locator('.row')).toHaveCount(0);
});
