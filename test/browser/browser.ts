import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath } from '../helpers/chromium.ts';
import { PASSWORD } from '../helpers/organisation.ts';

/** With and without scripts: every page is whole without one. */
export const SCRIPTS = [
  ['without scripts', { javaScriptEnabled: false }],
  ['with scripts', { javaScriptEnabled: true }],
] as const;

// Of a form that is refused the status is 4xx, which Chromium tells of any document. Nothing else may be said.
const STATUS_OF_DOCUMENT = /^Failed to load resource: the server responded with a status of 4\d\d /;

/** A browser for the tests of one file. Names below example.test are this machine. */
export function startBrowser(): () => Promise<Browser> {
  let browser: Promise<Browser> | null = null;
  after(async () => (await browser)?.close());
  return () => {
    const args = ['--host-resolver-rules=MAP *.example.test 127.0.0.1'];
    // Its sandbox needs a user that is not root.
    if (process.getuid?.() === 0) args.push('--no-sandbox');
    browser ??= chromium.launch({ executablePath: chromiumPath() ?? '', args });
    return browser;
  };
}

/** One person's browser: its cookies are its own. */
export class Person {
  readonly page: Page;
  readonly #base: string;

  private constructor(page: Page, base: string) {
    this.page = page;
    this.#base = base;
  }

  /** @param base of the server, without a path */
  static async start(t: TestContext, browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    // The machine may be busy with other things.
    page.setDefaultTimeout(60_000);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    t.after(async () => {
      await context.close();
      assert.deepEqual(said.filter((text) => !STATUS_OF_DOCUMENT.test(text)), [], 'the console');
    });
    return new Person(page, base);
  }

  /** Goes to a path, or to a whole address. */
  async goTo(address: string): Promise<void> {
    await this.page.goto(address.startsWith('/') ? this.#base + address : address);
  }

  /** The path and the query of the page that is shown. */
  get place(): string {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  /** What a person sees: the text of the page. */
  text(): Promise<string> {
    return this.page.innerText('body');
  }

  async fill(fields: { readonly [label: string]: string }): Promise<void> {
    for (const [label, value] of Object.entries(fields)) await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  /** Types into the field that the page gives the focus: it does so only with its first frame. */
  async typeInto(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).and(this.page.locator(':focus')).waitFor();
    await this.page.keyboard.type(text);
  }

  /** Presses a button, or a link that looks like one, and waits for the next page. */
  async press(name: string, within = 'body'): Promise<void> {
    const target = this.page.locator(within).locator('button, a.button').filter({ hasText: new RegExp(`^${name}`) });
    await Promise.all([this.page.waitForEvent('domcontentloaded'), target.first().click()]);
    await this.page.waitForLoadState();
  }

  async signIn(email: string, password: string = PASSWORD): Promise<void> {
    await this.goTo('/login');
    await this.fill({ Email: email, Password: password });
    await this.press('Sign in');
    assert.equal(this.place, '/account', await this.text());
  }
}
