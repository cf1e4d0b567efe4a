import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { PASSWORD } from '../helpers/organisation.ts';
import { startPages } from '../helpers/pages.ts';
import { Person, SCRIPTS, startBrowser } from './browser.ts';

const browser = startBrowser();
const NOT_TOGETHER = 'The email and password do not belong together.';

for (const [how, options] of SCRIPTS) {
  test(`a person signs in and out by keyboard alone, ${how}`, async (t) => {
    const pages = await startPages(t);
    const person = await Person.start(t, await browser(), pages.server.base, options);
    const { page } = person;
    await person.goTo('/account');
    await person.typeInto('Email', 'mia@example.com');
    await page.keyboard.press('Tab');
    await person.typeInto('Password', PASSWORD);
    await Promise.all([page.waitForURL('**/account'), page.keyboard.press('Enter')]);
    assert.match(await page.innerText('body'), /You sign in as mia@example\.com/);
    // The host, then the button beside it.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').innerText(), 'Sign out');
    await Promise.all([page.waitForURL('**/signed-out'), page.keyboard.press('Enter')]);
    assert.match(await page.innerText('h1'), /You are signed out/);
  });

  test(`a wrong password is told on top, with the focus, and led to, ${how}`, async (t) => {
    const pages = await startPages(t);
    const person = await Person.start(t, await browser(), pages.server.base, options);
    await person.goTo('/login');
    await person.fill({ Email: 'mia@example.com', Password: 'wrong' });
    await person.press('Sign in');
    const { page } = person;
    assert.match(await page.title(), /^Error: Sign in/);
    assert.match(await page.locator(':focus').innerText(), /That did not work/);
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').innerText(), NOT_TOGETHER);
    await page.keyboard.press('Enter');
    assert.equal(new URL(page.url()).hash, '#password');
    await page.keyboard.type(PASSWORD);
    assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), 'mia@example.com');
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), PASSWORD);
    await Promise.all([page.waitForURL('**/account'), page.keyboard.press('Enter')]);
  });

  test(`too many tries are told, with how long to wait, ${how}`, async (t) => {
    const pages = await startPages(t, { loginMaxFailures: 1, loginWindowSeconds: 720 });
    const person = await Person.start(t, await browser(), pages.server.base, options);
    await person.goTo('/login');
    for (const text of [NOT_TOGETHER, 'Too many tries from here. Try again in 12 minutes.']) {
      await person.fill({ Email: 'mia@example.com', Password: 'wrong' });
      await person.press('Sign in');
      assert.ok((await person.text()).includes(text), await person.text());
      assert.equal(await person.page.getByLabel('Email', { exact: true }).inputValue(), 'mia@example.com');
    }
  });

  test(`the way back after a sign-out shows nothing of the account, ${how}`, async (t) => {
    const pages = await startPages(t);
    const person = await Person.start(t, await browser(), pages.server.base, options);
    await person.signIn('mia@example.com');
    await person.press('Save the name');
    await person.press('Sign out');
    assert.equal(person.place, '/signed-out');
    for (let steps = 0; steps < 2; steps += 1) {
      await person.page.goBack();
      assert.doesNotMatch(await person.text(), /mia@example\.com/);
      assert.match(await person.page.innerText('h1'), /^Sign in$/);
    }
  });

  test(`a sign-in by a plain http name leads on to the application where the person was going, ${how}`, async (t) => {
    const application = createServer((request, response) => {
      response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Wiki</title><h1>${request.url}</h1>`);
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    t.after(() => application.close());
    const address = application.address();
    const port = typeof address === 'object' ? address?.port : null;
    const wiki = `http://wiki.example.test:${port}`;
    const pages = await startPages(t, { redirectOrigins: [wiki], allowedHosts: ['auth.example.test'] });
    const base = pages.server.base.replace('127.0.0.1', 'auth.example.test');
    const person = await Person.start(t, await browser(), base, options);
    await person.goTo(`/login?rd=${encodeURIComponent(`${wiki}/page?a=1&b=2`)}`);
    assert.match(await person.text(), /You are on your way to wiki\.example\.test/);
    await person.fill({ Email: 'mia@example.com', Password: 'wrong' });
    await person.press('Sign in');
    assert.ok((await person.text()).includes(NOT_TOGETHER), await person.text());
    await person.fill({ Password: PASSWORD });
    await person.press('Sign in');
    assert.equal(person.page.url(), `${wiki}/page?a=1&b=2`);
    assert.equal(await person.page.innerText('h1'), '/page?a=1&b=2');
  });
}
