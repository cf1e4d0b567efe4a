import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { BrowserContextOptions } from 'playwright-core';
import { User } from '../../src/models/user.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { startPages } from '../helpers/pages.ts';
import { Person, startBrowser } from './browser.ts';

const browser = startBrowser();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** So many pages, and states of pages, are looked at. */
const PAGES = 19;
const WIKI = 'https://wiki.example.com';

/** Shows every page, as people of all kinds see it, and looks at each. */
async function tour(t: TestContext, options: BrowserContextOptions, look: (person: Person, what: string) => Promise<void>) {
  const pages = await startPages(t, { redirectOrigins: [WIKI], sessionDurationSeconds: 86_400 });
  const { base, service } = pages.server;
  const long = await service.users.save(
    new User({
      email: `${'averylongname'.repeat(10)}@${'subdomain.'.repeat(8)}example.com`,
      passwordHash: null,
      firstName: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4),
      lastName: 'الحسن '.repeat(20).trim(),
      groups: Array.from({ length: 30 }, (_, index) => `group-${index}-${'x'.repeat(40)}`).sort(),
    }),
  );
  const person = await Person.start(t, await browser(), base, options);
  const show = async (path: string, what = path): Promise<void> => {
    await person.goTo(path);
    await look(person, what);
  };
  await show(`/login?rd=${encodeURIComponent(WIKI)}`, 'sign-in');
  await person.fill({ Email: 'admin@example.com', Password: 'wrong' });
  await person.press('Sign in');
  await look(person, 'sign-in, refused');
  await show('/signed-out');
  await show('/password-reset/none', 'a link that is used');
  await person.signIn('admin@example.com');
  await pages.signIn(pages.admin);
  await show('/account?done=saved', 'account');
  await person.fill({ 'Current password': 'wrong', 'New password': 'another horse battery' });
  await person.press('Change password');
  await look(person, 'account, refused');
  await show('/account/sessions/end', 'end sessions?');
  await show('/logout');
  await show('/login', 'sign-in again');
  await show('/nothing', 'no such page');
  await show('/users');
  await show('/users?email=nobody', 'no such user');
  await show(`/users/${long.id}`, 'a user of long names');
  await show(`/users/${pages.mia.id}/remove`, 'remove?');
  await show('/users/new');
  await person.fill({ Email: 'mia@example.com' });
  await person.press('Add the user');
  await look(person, 'new user, refused');
  await person.fill({ Email: 'new@example.com' });
  await person.press('Add the user');
  await look(person, 'a link');
  await show(await person.page.getByLabel('Link').inputValue(), 'set a password');
  await person.fill({ 'New password': 'short' });
  await person.press('Set the password');
  await look(person, 'set a password, refused');
}

for (const [scheme, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['forced colours', { forcedColors: 'active' }],
] as const) {
  test(`axe finds nothing on any page in ${scheme}, by WCAG 2.2 AA and best practice`, async (t) => {
    let looked = 0;
    await tour(t, options, async ({ page }, what) => {
      await page.evaluate(AXE);
      const results: AxeResults = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(TAGS)} })`);
      const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      assert.deepEqual(found, [], what);
      assert.ok(results.passes.length > 10, what);
      looked += 1;
    });
    assert.equal(looked, PAGES);
  });
}

test('no page goes sideways at 320 pixels, and no target is below 24', async (t) => {
  let looked = 0;
  await tour(t, { viewport: { width: 320, height: 640 }, javaScriptEnabled: false }, async ({ page }, what) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, what);
    const boxes = await page.locator('button:visible, a.button:visible, input:visible, nav a:visible').all();
    for (const box of boxes) {
      const { width = 0, height = 0 } = (await box.boundingBox()) ?? {};
      assert.ok(width >= 24 && height >= 44, `${what}: ${await box.innerText()} ${width} × ${height}`);
    }
    looked += 1;
  });
  assert.equal(looked, PAGES);
});

test('every field has the token by which password managers know it', async (t) => {
  const pages = await startPages(t);
  const person = await Person.start(t, await browser(), pages.server.base);
  const tokens = (form: string): Promise<string[]> =>
    person.page.locator(`${form} input`).evaluateAll((inputs) => inputs.map((input) => input.getAttribute('autocomplete') ?? ''));
  await person.goTo('/login');
  assert.deepEqual(await tokens('form'), ['username', 'current-password']);
  // Pasting is not held up.
  await person.page.getByLabel('Password', { exact: true }).focus();
  await person.page.keyboard.insertText(PASSWORD);
  assert.equal(await person.page.getByLabel('Password', { exact: true }).inputValue(), PASSWORD);
  await person.signIn('mia@example.com');
  assert.deepEqual(await tokens('#names-form'), ['given-name', 'family-name']);
  assert.deepEqual(await tokens('#password-form'), ['username', 'current-password', 'new-password']);
  const link = await pages.server.service.services.passwords.makeLink(pages.noah.id, pages.caller);
  await person.goTo(link?.url ?? '');
  assert.deepEqual(await tokens('form[action^="/password-reset"]'), ['username', 'new-password']);
});
