import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD } from '../helpers/organisation.ts';
import { startPages } from '../helpers/pages.ts';
import { Person, SCRIPTS, startBrowser } from './browser.ts';

const browser = startBrowser();
const NEW = 'another horse battery';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

for (const [how, options] of SCRIPTS) {
  test(`whoever changes the password stays signed in, and is signed out elsewhere, ${how}`, async (t) => {
    const pages = await startPages(t);
    const { base } = pages.server;
    const here = await Person.start(t, await browser(), base, options);
    const elsewhere = await Person.start(t, await browser(), base, options);
    await here.signIn('mia@example.com');
    await elsewhere.signIn('mia@example.com');
    await here.fill({ 'Current password': PASSWORD, 'New password': 'short' });
    await here.press('Change password');
    assert.match(await here.page.locator(':focus').innerText(), /Choose at least 8 characters/);
    assert.equal(await here.page.getByLabel('Current password').inputValue(), '');
    await here.fill({ 'Current password': PASSWORD, 'New password': NEW });
    await here.press('Change password');
    assert.match(await here.text(), /Your password is changed\. You are signed out everywhere else\./);
    await elsewhere.page.reload();
    assert.equal(elsewhere.place, '/login?rd=%2Faccount');
    await elsewhere.signIn('mia@example.com', NEW);
    await here.page.reload();
    assert.equal(await here.page.innerText('h1'), 'Your account');
  });

  test(`a session is seen from another browser, and ended there, ${how}`, async (t) => {
    const pages = await startPages(t);
    const { base } = pages.server;
    const here = await Person.start(t, await browser(), base, options);
    const there = await Person.start(t, await browser(), base, { ...options, userAgent: FIREFOX });
    await here.signIn('mia@example.com');
    await there.signIn('mia@example.com');
    await here.page.reload();
    const list = here.page.locator('#sessions li');
    assert.equal(await list.count(), 2);
    assert.match(await list.filter({ hasText: 'this one' }).innerText(), /^Chrome on /);
    assert.match(await list.filter({ hasText: 'Firefox on Linux' }).innerText(), /signed in just now/);
    await here.press('End', '#sessions li:has-text("Firefox on Linux")');
    assert.equal(await list.count(), 1);
    await there.page.reload();
    assert.equal(there.place, '/login?rd=%2Faccount');
    assert.equal((await there.page.context().cookies()).length, 0);
  });

  test(`two people in two browsers see their own account each, ${how}`, async (t) => {
    const pages = await startPages(t);
    const mia = await Person.start(t, await browser(), pages.server.base, options);
    const noah = await Person.start(t, await browser(), pages.server.base, options);
    await Promise.all([mia.signIn('mia@example.com'), noah.signIn('noah@example.com')]);
    await Promise.all([mia.fill({ 'First name': 'Mia' }), noah.fill({ 'First name': 'נח' })]);
    await Promise.all([mia.press('Save the name'), noah.press('Save the name')]);
    assert.equal(await mia.page.getByLabel('First name').inputValue(), 'Mia');
    assert.equal(await noah.page.getByLabel('First name').inputValue(), 'נח');
    await mia.press('Sign out');
    await noah.page.reload();
    assert.match(await noah.text(), /noah@example\.com/);
  });
}
