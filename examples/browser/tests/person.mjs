// A user of the page, and the checks of what the page shows.

import assert from 'node:assert/strict';

export const SECRETS = ['state', 'code', 'code_verifier', 'access_token', 'refresh_token', 'id_token'];

// Runs in the page before its own code. It reads a token response before the page does: from outside, its body may no
// longer be available.
function watch() {
  globalThis.violations = 0;
  addEventListener('securitypolicyviolation', () => { globalThis.violations += 1; });
  const send = globalThis.fetch;
  globalThis.fetch = async (url, ...options) => {
    const response = await send(url, ...options);
    if (String(url).endsWith('/token')) {
      const body = await response.clone().json().catch(() => ({}));
      for (const [name, value] of Object.entries(body)) await globalThis.learn(name, value);
    }
    return response;
  };
}

export class Person {
  // Opens a tab. It may connect to loopback only, and log only what `tolerates` names to its console.
  static async open(context, origin, { at = '/', tolerates = [] } = {}) {
    const page = await context.newPage();
    const person = new Person(page, origin, tolerates);
    await page.exposeFunction('learn', (name, value) => person.learns(name, value));
    await page.addInitScript(watch);
    // The pages of the server are not under test.
    const isServers = (url) => url.startsWith('http') && !url.startsWith(origin) && !/\/(token|me)$/.test(url);
    page.on('console', (message) => isServers(message.location().url) || person.console.push(message.text()));
    page.on('pageerror', (error) => person.console.push(String(error)));
    page.on('request', (request) => person.sees(request));
    await person.goTo(at);
    return person;
  }

  constructor(page, origin, tolerates) {
    Object.assign(this, { page, origin, tolerates, console: [], hosts: new Set(), secrets: new Map(), callback: undefined });
  }

  sees(request) {
    const url = new URL(request.url());
    this.hosts.add(url.host);
    const form = new URLSearchParams(request.postData() ?? '');
    for (const [name, value] of [...url.searchParams, ...form]) this.learns(name, value);
    if (url.pathname === '/callback' && request.isNavigationRequest()) this.callback = url.href;
  }

  learns(name, value) {
    if (SECRETS.includes(name) && value.length > 12) this.secrets.set(`${name} ${value}`, value);
  }

  async goTo(path) {
    await this.page.goto(new URL(path, this.origin).href);
    await this.page.waitForFunction(() => document.querySelector('[aria-current]') !== null);
  }

  async press(name) {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  async start() {
    await this.press('Start the login');
    await this.inState('AwaitingRedirect');
  }

  // Goes to the server and back. `decision` is the button to press there.
  async visit(decision = 'Allow') {
    await this.press('Go to the server');
    await this.press(decision);
    await this.page.waitForURL(`${this.origin}/`);
    await this.page.waitForFunction(() => document.querySelector('[aria-current]') !== null);
  }

  // The same at `oidc-provider`, which wants a name first.
  async logInAtProvider(decision) {
    await this.press('Go to the server');
    await this.page.locator('[name=username]').fill('ada');
    await this.press('Log in');
    await this.press(decision);
  }

  async logIn() {
    await this.start();
    await this.visit();
    await this.inState('CodeReceived');
    await this.press('Exchange the code');
    await this.inState('Authorized');
  }

  async inState(name) {
    await this.page.locator(`[data-state="${name}"][aria-current="step"]`).waitFor({ timeout: 10_000 });
    assert.equal(await this.page.locator('[aria-current]').count(), 1);
  }

  // The message of the live region.
  async isTold(text) {
    await this.page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 10_000 });
  }

  async buttons() {
    return this.page.locator('#content > .row button').allTextContents();
  }

  // Nothing secret is in the page, its title, or the address.
  async showsNoSecret() {
    const html = await this.page.content();
    const shown = [...this.secrets].filter(([, value]) => html.includes(value) || this.page.url().includes(value));
    assert.deepEqual(shown.map(([name]) => name.split(' ')[0]), []);
  }

  async hasNoSidewaysScrolling() {
    const [width, view] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= view, `${width} px wide in a window of ${view}`);
  }

  // At the end of each test.
  async leave() {
    const strange = this.console.filter((text) => !this.tolerates.some((known) => text.includes(known)));
    assert.deepEqual(strange, [], 'the console is empty');
    assert.deepEqual([...this.hosts].filter((host) => !host.startsWith('127.0.0.1:')), [], 'no request to another host');
    assert.equal(await this.page.evaluate(() => globalThis.violations ?? 0), 0, 'the policy is kept');
    await this.page.close();
  }
}
