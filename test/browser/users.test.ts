import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD } from '../helpers/organisation.ts';
import { startPages } from '../helpers/pages.ts';
import { Person, SCRIPTS, startBrowser } from './browser.ts';

const browser = startBrowser();
const NEW = 'another horse battery';

for (const [how, options] of SCRIPTS) {
  test(`an invitation is handed over, used, and signs in, ${how}`, async (t) => {
    const pages = await startPages(t);
    const { base } = pages.server;
    const admin = await Person.start(t, await browser(), base, options);
    await admin.signIn('admin@example.com');
    await admin.goTo('/users');
    await admin.press('Add a user');
    await admin.fill({ Email: 'no at', 'First name': 'ليلى', Groups: 'staff' });
    await admin.press('Add the user');
    assert.match(await admin.page.locator(':focus').innerText(), /Enter an email with one @/);
    assert.equal(await admin.page.getByLabel('First name').inputValue(), 'ليلى');
    await admin.fill({ Email: 'layla@example.com' });
    await admin.press('Add the user');
    assert.match(await admin.text(), /It was not sent to anybody, and is not shown again/);
    const link = await admin.page.getByLabel('Link').inputValue();

    const layla = await Person.start(t, await browser(), base, options);
    await layla.goTo(link);
    await layla.page.reload();
    await layla.fill({ 'New password': 'password1' });
    await layla.press('Set the password');
    assert.match(await layla.page.locator(':focus').innerText(), /one of the most used/);
    await layla.fill({ 'New password': NEW });
    await layla.press('Set the password');
    assert.match(await layla.text(), /Your password is set, and you are signed in/);
    assert.equal(await layla.page.getByLabel('First name').inputValue(), 'ليلى');

    const other = await Person.start(t, await browser(), base, options);
    await other.goTo(link);
    assert.match(await other.text(), /This link has been used or is too old/);
  });

  test(`a link for a new password ends the sign-ins so far, and leads to the sign-in, ${how}`, async (t) => {
    const pages = await startPages(t);
    const { base } = pages.server;
    const [admin, mia] = [await Person.start(t, await browser(), base, options), await Person.start(t, await browser(), base, options)];
    await admin.signIn('admin@example.com');
    await mia.signIn('mia@example.com');
    await admin.goTo(`/users/${pages.mia.id}`);
    await admin.press('Make a link');
    await mia.goTo(await admin.page.getByLabel('Link').inputValue());
    await mia.fill({ 'New password': NEW });
    await mia.press('Set the password');
    assert.match(await mia.text(), /Your new password is set\. Sign in with it\./);
    await mia.fill({ Email: 'mia@example.com', Password: NEW });
    await mia.press('Sign in');
    assert.equal(mia.place, '/account');
  });

  test(`an administrator finds, changes and removes a user, ${how}`, async (t) => {
    const pages = await startPages(t);
    const { base } = pages.server;
    const [admin, mia] = [await Person.start(t, await browser(), base, options), await Person.start(t, await browser(), base, options)];
    await admin.signIn('admin@example.com');
    await mia.signIn('mia@example.com');
    await mia.goTo('/users');
    assert.equal(await mia.page.innerText('h1'), 'You may not open this page');
    await mia.goTo('/account');
    await admin.page.getByRole('link', { name: 'Users' }).click();
    await admin.fill({ 'Search by email': 'MIA' });
    await admin.press('Search');
    await admin.page.getByRole('link', { name: 'mia@example.com' }).click();
    await admin.fill({ Groups: 'ops, staff' });
    await admin.press('Save the groups');
    assert.match(await admin.text(), /Saved\./);
    await admin.fill({ 'First name': 'Mia', 'Last name': 'Krüger' });
    await admin.press('Save the name');
    assert.equal(await admin.page.innerText('h1'), 'Mia Krüger');
    await admin.fill({ Email: 'mia.k@example.com' });
    await admin.press('Save the email');
    await mia.page.reload();
    assert.match(await mia.text(), /mia\.k@example\.com\. *ops *staff/);
    await admin.press('End', '#sessions li');
    await mia.page.reload();
    assert.equal(mia.place, '/login?rd=%2Faccount');
    await admin.press('Remove this user');
    assert.match(await admin.text(), /Mia Krüger \(mia\.k@example\.com\)/);
    await admin.press('Keep');
    await admin.press('Remove this user');
    await admin.press('Remove', '.card');
    assert.match(await admin.text(), /The user is removed\./);
    assert.equal(await admin.page.locator('.list-of li').count(), 2);
  });

  test(`a grave step with an old sign-in leads to the sign-in, and back to it, ${how}`, async (t) => {
    const pages = await startPages(t);
    const admin = await Person.start(t, await browser(), pages.server.base, options);
    await admin.signIn('admin@example.com');
    await admin.goTo(`/users/${pages.mia.id}`);
    pages.advance(901);
    await admin.press('Remove this user');
    assert.match(await admin.text(), /Enter your password again to go on/);
    assert.equal(await admin.page.getByLabel('Email', { exact: true }).inputValue(), 'admin@example.com');
    await admin.typeInto('Password', PASSWORD);
    await Promise.all([admin.page.waitForURL('**/remove'), admin.page.keyboard.press('Enter')]);
    assert.equal(await admin.page.innerText('h1'), 'Remove this user?');
  });
}
