// Drives the page in a real Chromium: `node run.mjs PROGRAM`, where PROGRAM is the built example.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { Person } from './person.mjs';
import { startPage, startProvider, stopAll } from './servers.mjs';

const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));
const program = process.argv[2];
const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

const browser = await chromium.launch({
  executablePath: CHROMIUM.find((path) => path && existsSync(path)),
  args: ['--no-sandbox'],
});
const counts = { passed: 0, failed: 0 };
let origin;

// One test, in a browser profile of its own with one open tab. `open` opens another one.
async function test(name, options, body) {
  const { tolerates, ...settings } = options;
  const context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...settings });
  const people = [];
  const open = async (at) => {
    people.push(await Person.open(context, origin, { at, tolerates }));
    return people.at(-1);
  };
  try {
    await body(await open(), open, context);
    for (const person of people) await person.leave();
    counts.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}: ${error.message}`);
    await people[0]?.page.screenshot({ path: `${screenshots}failed-${counts.failed}.png`, fullPage: true }).catch(() => {});
  } finally {
    await context.close();
  }
}

const settled = (person) => person.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
const stored = (person) => person.page.evaluate(() => sessionStorage.getItem('authcode.login'));
const tokenEndpoint = (url) => url.pathname.endsWith('/token');

// Takes a person through all states, and calls `look` in each.
async function eachState(person, look) {
  await look('1-unstarted');
  await person.start();
  await look('2-awaiting-redirect');
  await person.visit();
  await person.inState('CodeReceived');
  await look('3-code-received');
  await person.press('Exchange the code');
  await person.inState('Authorized');
  await look('4-authorized');
}

async function runAll() {
  mkdirSync(screenshots, { recursive: true });
  origin = await startPage(program, '--token-lifetime', '120');

  await test('a login goes through its four states, and each has its own buttons', {}, async (ada) => {
    assert.deepEqual(await ada.buttons(), ['Start the login']);
    await ada.start();
    assert.deepEqual(await ada.buttons(), ['Go to the server', 'Give up']);
    await ada.visit();
    await ada.isTold('The response is accepted');
    assert.deepEqual(await ada.buttons(), ['Exchange the code', 'Give up']);
    await ada.press('Exchange the code');
    await ada.isTold('There is a token');
    assert.deepEqual(await ada.buttons(), ['Show the token to the API', 'Refresh the token', 'Log out here']);
    await ada.press('Show the token to the API');
    await ada.isTold('The API accepts the token');
    await ada.press('Log out here');
    await ada.inState('Unstarted');
    assert.equal(await stored(ada), null);
  });

  await test('nothing secret is in the page before a click, and the click shows it', {}, async (ada) => {
    await eachState(ada, () => ada.showsNoSecret());
    await ada.press('Refresh the token');
    await ada.isTold('There is a new token');
    await ada.showsNoSecret();
    const names = new Set([...ada.secrets.keys()].map((key) => key.split(' ')[0]));
    assert.deepEqual([...names].sort(), ['access_token', 'code', 'code_verifier', 'refresh_token', 'state']);
    for (const name of names) {
      const button = ada.page.getByRole('button', { name: `Show ${name}`, exact: true }).first();
      await button.click();
      const hide = ada.page.getByRole('button', { name: `Hide ${name}`, exact: true });
      assert.equal(await hide.getAttribute('aria-expanded'), 'true');
      const text = await ada.page.locator('#log').innerText();
      assert.ok([...ada.secrets].some(([key, value]) => key.startsWith(`${name} `) && text.includes(value)), name);
      await hide.click();
    }
    await ada.showsNoSecret();
  });

  await test('denied: the user declined, and may start again', {}, async (ada) => {
    await ada.start();
    await ada.visit('Deny');
    await ada.isTold('You declined');
    await ada.inState('Unstarted');
    await ada.page.screenshot({ path: `${screenshots}denied.png`, fullPage: true });
    assert.equal(await stored(ada), null);
    await ada.logIn();
  });

  await test('there are words for every reason and every next step', {}, async () => {
    const words = await import(`data:text/javascript,${encodeURIComponent(read('../page/words.js'))}`);
    const names = (path, error) => read(`../../../src/${path}`).match(new RegExp(`^ {4}${error}: ([^;]+);`, 'm'))[1].split(/\s+/);
    const redirects = names('response/authorization_response.rs', 'RedirectError');
    const tokens = names('response/token_response.rs', 'TokenErrorKind');
    const steps = read('../flow/src/wire.rs').match(/NextStep::\w+.*=> \("|_ => \("\w+", None/g).length;
    assert.equal(steps, 4, 'the steps below');
    const cases = [
      [words.redirectRefused, redirects, ['Wait', 'StartOver']],
      [words.exchangeRefused, tokens, ['Wait', 'Retry', 'Fix', 'StartOver']],
      [words.refreshRefused, tokens, ['Wait', 'Retry', 'Fix', 'StartOver']],
    ];
    for (const [tell, kinds, nextSteps] of cases) {
      assert.ok(kinds.length > 5);
      for (const kind of kinds) {
        for (const nextStep of nextSteps) {
          for (const [serverError, serverDescription] of [[undefined, undefined], ['', undefined], ['x', undefined], ['x', 'Later.']]) {
            if (kind === 'Refused' && serverError === undefined) continue;
            const after = nextStep === 'Retry' ? 2 : undefined;
            for (const part of tell({ kind, nextStep, after, fault: 'Server', serverError, serverDescription })) {
              assert.doesNotMatch(part, /undefined|The reason is|\.”\.|: $/, kind);
            }
          }
        }
      }
    }
    assert.match(words.exchangeRefused({ kind: 'NewOne', nextStep: 'Fix' })[1], /The reason is NewOne\./);
  });

  const strangers = [
    ['a wrong state', '/callback?code=forged&state=forged', 'A response with a wrong state was ignored'],
    ['no state', '/callback?code=forged', 'A response without state was ignored'],
    ['an error without state', '/callback?error=access_denied', 'It claims the error “access_denied”, which anyone could have written'],
    ['a parameter that comes twice', '/callback?code=a&code=b&state=c', 'A parameter occurs twice'],
    ['a value that is not UTF-8', '/callback?code=%ff&state=c', 'An invalid response was ignored'],
    ['no parameters at all', '/callback', 'A response without state was ignored'],
  ];
  for (const [what, path, words] of strangers) {
    await test(`${what}: ignored, and the login goes on`, {}, async (ada) => {
      await ada.start();
      await ada.goTo(path);
      await ada.isTold(words);
      await ada.isTold('keeps waiting');
      await ada.inState('AwaitingRedirect');
      assert.equal(ada.page.url(), `${origin}/`);
      if (what === 'a wrong state') await ada.page.screenshot({ path: `${screenshots}wrong-state.png`, fullPage: true });
      await ada.visit();
      await ada.press('Exchange the code');
      await ada.inState('Authorized');
    });
  }

  await test('the page’s own trials do the same', {}, async (ada) => {
    await ada.start();
    for (const label of ['With a wrong state', 'Without state', 'An error without state', 'A code that comes twice']) {
      await ada.page.getByText('Somebody else could answer').click();
      await ada.press(label);
      await ada.isTold('was ignored');
      await ada.inState('AwaitingRedirect');
    }
    await ada.visit();
    await ada.page.getByText('The same response could come again').click();
    await ada.press('Send it again');
    await ada.isTold('The same response came twice');
    await ada.inState('CodeReceived');
  });

  await test('doubled: the same response comes twice, and the code is kept', {}, async (ada) => {
    await ada.start();
    await ada.visit();
    await ada.goTo(ada.callback);
    await ada.isTold('The same response came twice');
    await ada.goTo('/callback?code=other&state=other');
    await ada.isTold('Another response was ignored');
    await ada.inState('CodeReceived');
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
  });

  await test('stale: a response that was used is told from one for another tab', {}, async (ada) => {
    await ada.logIn();
    assert.equal(await stored(ada), null);
    await ada.goTo(ada.callback);
    await ada.isTold('This response was used already');
    await ada.inState('Unstarted');
    await ada.page.reload();
    await ada.inState('Unstarted');
    await ada.start();
    await ada.goTo(ada.callback);
    await ada.isTold('A response with a wrong state was ignored');
    await ada.visit();
    await ada.inState('CodeReceived');
  });

  await test('a copied response in a new tab: no login waits there, and the first tab is untouched', {}, async (ada, open) => {
    await ada.start();
    await ada.visit();
    const other = await open(ada.callback);
    await other.isTold('No login waits for this response here');
    await other.inState('Unstarted');
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
  });

  await test('two tabs log in at once, and neither accepts the other’s response', {}, async (ada, open) => {
    await ada.start();
    const bob = await open();
    await bob.start();
    await ada.visit();
    await bob.goTo(ada.callback);
    await bob.isTold('A response with a wrong state was ignored');
    await bob.visit();
    await ada.press('Exchange the code');
    await bob.press('Exchange the code');
    await ada.inState('Authorized');
    await bob.inState('Authorized');
  });

  await test('a login is resumed once: after a reload, and not after the exchange', {}, async (ada) => {
    await ada.start();
    await ada.page.reload();
    await ada.isTold('A login is under way');
    await ada.visit();
    await ada.page.reload();
    await ada.isTold('The code is still here');
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
    assert.equal(await stored(ada), null);
    await ada.page.reload();
    await ada.inState('Unstarted');
  });

  await test('a stored login that is damaged or too old is reported', {}, async (ada) => {
    const change = (edit) => ada.page.evaluate(edit);
    await ada.start();
    await change(() => sessionStorage.setItem('authcode.login', '{"since":9e15,"form":"{}"}'));
    await ada.goTo('/callback?code=a&state=b');
    await ada.isTold('The stored login cannot be used');
    await change(() => sessionStorage.setItem('authcode.login', 'not JSON'));
    await ada.goTo('/');
    await ada.isTold('The stored login cannot be used');
    await ada.start();
    await change(() => {
      const login = JSON.parse(sessionStorage.getItem('authcode.login'));
      sessionStorage.setItem('authcode.login', JSON.stringify({ ...login, since: login.since - 601_000 }));
    });
    await ada.goTo('/callback?code=a&state=b');
    await ada.isTold('The login waited too long');
    await ada.logIn();
  });

  await test('a stored login of other settings is kept until the settings are back', {}, async (ada) => {
    await ada.start();
    await ada.page.route('**/config.json', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), clientId: 'another' } });
    });
    for (let count = 0; count < 2; count += 1) {
      await ada.page.reload();
      await ada.isTold('The stored login belongs to other settings');
      await ada.inState('Unstarted');
    }
    await ada.page.unroute('**/config.json');
    await ada.page.reload();
    await ada.isTold('A login is under way');
    await ada.visit();
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
  });

  await test('without offline_access there is nothing to refresh: a new login', {}, async (ada) => {
    await ada.page.getByRole('checkbox', { name: /refresh token/ }).uncheck();
    await ada.logIn();
    assert.deepEqual(await ada.buttons(), ['Show the token to the API', 'Log in again', 'Log out here']);
    await ada.press('Log in again');
    await ada.isTold('A new token takes a new login');
    await ada.inState('Unstarted');
    await ada.logIn();
  });

  const failures = [
    ['the server is busy', { status: 503, headers: { 'retry-after': '90' } }, 'send it again in 90 s'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, 'a redirect, which must not be followed'],
    ['a page of a proxy', { status: 200, contentType: 'text/html', body: '<html>' }, 'not JSON'],
    ['an endless response', { status: 200, body: 'x'.repeat(3_000_000) }, 'too long'],
    ['the network is down', undefined, 'No response came'],
  ];
  for (const [what, reply, words] of failures) {
    await test(`token endpoint, ${what}: the code is still here`, { tolerates: ['Failed to load resource'] }, async (ada) => {
      await ada.start();
      await ada.visit();
      const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after', ...reply?.headers };
      await ada.page.route(tokenEndpoint, (route) => (reply ? route.fulfill({ ...reply, headers }) : route.abort()));
      await ada.press('Exchange the code');
      await ada.isTold(words);
      await ada.inState('CodeReceived');
      await ada.page.unroute(tokenEndpoint);
      await ada.page.reload();
      await ada.press('Exchange the code');
      await ada.inState('Authorized');
    });
  }

  // A date has whole seconds.
  const pauses = [['two seconds', () => '2', 2_000], ['a date', () => new Date(Date.now() + 4_000).toUTCString(), 2_000]];
  for (const [what, retryAfter, least] of pauses) {
    await test(`token endpoint, busy for ${what}: the next request waits for as long`, { tolerates: ['Failed to load resource'] }, async (ada) => {
      await ada.start();
      await ada.visit();
      const sent = [];
      await ada.page.route(tokenEndpoint, (route) => {
        sent.push([Date.now(), route.request().postData()]);
        const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after', 'retry-after': retryAfter() };
        return sent.length === 1 ? route.fulfill({ status: 503, headers }) : route.continue();
      });
      await ada.press('Exchange the code');
      await ada.isTold('Waiting before the next request');
      assert.notEqual(await stored(ada), null, 'the code outlives a reload during the pause');
      await ada.inState('Authorized');
      assert.equal(sent.length, 2);
      assert.equal(sent[0][1], sent[1][1], 'the same request');
      assert.ok(sent[1][0] - sent[0][0] >= least, `${sent[1][0] - sent[0][0]} ms`);
    });
  }

  await test('token endpoint, busy for too long: nothing is sent before the pause has passed', { tolerates: ['Failed to load resource'] }, async (ada) => {
    await ada.start();
    await ada.visit();
    let sent = 0;
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after', 'retry-after': '300' };
    await ada.page.route(tokenEndpoint, (route) => {
      sent += 1;
      return route.fulfill({ status: 503, headers });
    });
    await ada.press('Exchange the code');
    await ada.isTold('send it again in 300 s');
    await ada.press('Exchange the code');
    await ada.isTold('Not yet');
    await ada.inState('CodeReceived');
    assert.equal(sent, 1);
  });

  await test('token endpoint, no response: the code is sent once more', { tolerates: ['Failed to load resource'] }, async (ada) => {
    await ada.start();
    await ada.visit();
    const sent = [];
    let lost = 1;
    await ada.page.route(tokenEndpoint, (route) => {
      sent.push(route.request().postData());
      lost -= 1;
      return lost >= 0 ? route.abort() : route.continue();
    });
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
    assert.equal(sent.length, 2);
    assert.equal(sent[0], sent[1]);
    lost = 9;
    await ada.press('Refresh the token');
    await ada.isTold('No response came');
    assert.equal(sent.length, 4, 'and no more often');
  });

  await test('a code that the server keeps refusing: the sixth time ends the login', { tolerates: ['Failed to load resource'] }, async (ada) => {
    await ada.start();
    await ada.visit();
    await ada.page.route(tokenEndpoint, (route) => route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' } }));
    for (let count = 1; count < 6; count += 1) {
      await ada.press('Exchange the code');
      await ada.isTold('fix the cause');
      await ada.inState('CodeReceived');
    }
    await ada.press('Exchange the code');
    await ada.isTold('The login has ended');
    await ada.inState('Unstarted');
    assert.equal(await stored(ada), null);
  });

  const refreshes = [
    ['the server is busy', { status: 503, headers: { 'retry-after': '90' } }, 'refresh again in 90 s', 'Refresh the token'],
    ['a page of a proxy', { status: 200, contentType: 'text/html', body: '<html>' }, 'refresh again when the token is needed', 'Refresh the token'],
    ['invalid_client', { status: 401, body: '{"error":"invalid_client"}' }, 'fix the cause', 'Refresh the token'],
    ['invalid_grant', { status: 400, body: '{"error":"invalid_grant"}' }, 'A new one takes a new login', 'Log in again'],
    ['the network is down', undefined, 'No response came', 'Refresh the token'],
  ];
  for (const [what, reply, words, next] of refreshes) {
    await test(`refresh, ${what}: the login stays, and its token works`, { tolerates: ['Failed to load resource'] }, async (ada) => {
      await ada.logIn();
      const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after', ...reply?.headers };
      await ada.page.route(tokenEndpoint, (route) => (reply ? route.fulfill({ ...reply, headers }) : route.abort()));
      await ada.press('Refresh the token');
      await ada.isTold(words);
      await ada.inState('Authorized');
      assert.deepEqual(await ada.buttons(), ['Show the token to the API', next, 'Log out here']);
      await ada.press('Show the token to the API');
      await ada.isTold('The API accepts the token');
      await ada.page.unroute(tokenEndpoint);
      if (next !== 'Log in again') return;
      await ada.press(next);
      await ada.logIn();
    });
  }

  await test('token endpoint, invalid_grant: the login has ended', { tolerates: ['Failed to load resource'] }, async (ada) => {
    await ada.start();
    await ada.visit();
    const reply = { status: 400, body: '{"error":"invalid_grant"}', headers: { 'access-control-allow-origin': '*' } };
    await ada.page.route(tokenEndpoint, (route) => route.fulfill(reply));
    await ada.press('Exchange the code');
    await ada.isTold('The server refused: invalid_grant');
    await ada.inState('Unstarted');
    assert.equal(await stored(ada), null);
  });

  await test('by keyboard alone, with the focus on the next step', {}, async (ada) => {
    const { keyboard } = ada.page;
    const focused = () => ada.page.evaluate(() => document.activeElement.textContent.trim());
    const tabTo = async (name) => {
      for (let presses = 0; presses < 12; presses += 1) {
        await keyboard.press('Tab');
        const ring = await ada.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.equal(ring, 'solid', 'the focus can be seen');
        if ((await focused()) === name) return;
      }
      assert.fail(`no way to ${name}`);
    };
    await tabTo('Start the login');
    await keyboard.press('Enter');
    await ada.inState('AwaitingRedirect');
    assert.equal(await focused(), 'Over to the server');
    await tabTo('Go to the server');
    await keyboard.press('Enter');
    await ada.page.waitForURL('**/authorize?**');
    await keyboard.press('Tab');
    assert.equal(await focused(), 'Allow');
    await keyboard.press('Enter');
    await ada.inState('CodeReceived');
    assert.equal(await focused(), 'You are back, with a code');
    await tabTo('Exchange the code');
    await keyboard.press('Space');
    await ada.inState('Authorized');
    await tabTo('Refresh the token');
    await keyboard.press('Enter');
    await ada.isTold('There is a new token');
    assert.equal(await focused(), 'Refresh the token');
    await tabTo('Show');
    await keyboard.press('Enter');
    assert.equal(await focused(), 'Hide');
  });

  await test('everything has a name for a screen reader, and so has the current state', {}, async (ada) => {
    const devtools = await ada.page.context().newCDPSession(ada.page);
    await eachState(ada, async () => {
      const { nodes } = await devtools.send('Accessibility.getFullAXTree');
      const roles = ['button', 'checkbox', 'list', 'main', 'heading', 'region', 'status', 'DisclosureTriangle'];
      const named = nodes.filter(({ role, ignored }) => !ignored && roles.includes(role?.value));
      const optional = (node) => ['main', 'status', 'list'].includes(node.role.value);
      assert.deepEqual(named.filter((node) => !optional(node) && !node.name?.value).map(({ role }) => role.value), []);
      for (const role of ['main', 'status', 'heading', 'region']) {
        assert.ok(named.some((node) => node.role.value === role), role);
      }
    });
    const picture = await ada.page.getByRole('list', { name: 'The states of a login' }).ariaSnapshot();
    assert.equal(picture.match(/listitem/g).length, 4);
  });

  for (const [scheme, width] of [['light', 1180], ['dark', 1180], ['light', 360], ['dark', 360]]) {
    const settings = { colorScheme: scheme, viewport: { width, height: 800 } };
    await test(`${scheme}, ${width} px: WCAG 2.2 AA, nothing to scroll sideways, no jumps`, settings, async (ada) => {
      // Before the page loads, so that its first layout counts.
      await ada.page.addInitScript(() => {
        globalThis.shift = 0;
        const add = (entries) => entries.getEntries().forEach((entry) => {
          globalThis.shift += entry.hadRecentInput ? 0 : entry.value;
        });
        new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
      });
      await ada.goTo('/');
      await eachState(ada, async (name) => {
        await settled(ada);
        const shift = await ada.page.evaluate(() => globalThis.shift);
        assert.ok(shift < 0.02, `${name}: a layout shift of ${shift}`);
        await ada.hasNoSidewaysScrolling();
        for (const summary of await ada.page.locator('summary').all()) await summary.click();
        await ada.hasNoSidewaysScrolling();
        await ada.page.evaluate(axe);
        const { violations } = await ada.page.evaluate(() => globalThis.axe.run({
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }));
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
        assert.deepEqual(found, [], name);
        await ada.page.screenshot({ path: `${screenshots}${name}-${scheme}-${width}.png`, fullPage: true });
      });
      const hidden = ada.page.getByRole('button', { name: /^Show (?!the)/ });
      while (await hidden.count() > 0) await hidden.first().click();
      await ada.hasNoSidewaysScrolling();
    });
  }

  await test('a page without its module says so', { tolerates: ['Failed to load resource', 'Failed to fetch'] }, async (ada) => {
    await ada.page.route('**/flow.wasm', (route) => route.abort());
    await ada.page.reload();
    await ada.isTold('The flow could not be loaded');
  });

  await test('a page with a wrong configuration says what is wrong', { tolerates: ['Insecure'] }, async (ada) => {
    await ada.page.route('**/config.json', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), tokenUrl: 'http://token.example/' } });
    });
    await ada.page.reload();
    await ada.isTold('The error is Insecure');
  });

  await test('a random source that returns zeros starts no login', {}, async (ada) => {
    await ada.page.evaluate(() => { crypto.getRandomValues = (bytes) => bytes; });
    await ada.press('Start the login');
    await ada.isTold('The login could not start');
    await ada.inState('Unstarted');
    assert.equal(await stored(ada), null);
    await ada.page.reload();
    await ada.logIn();
  });

  await test('without animations if the user prefers reduced motion', { reducedMotion: 'reduce' }, async (ada) => {
    await ada.start();
    assert.equal(await ada.page.evaluate(() => document.getAnimations().length), 0);
  });

  await test('the page is served with its security headers', {}, async (ada) => {
    for (const path of ['/', '/callback?code=a&state=b', '/flow.wasm', '/nothing']) {
      const headers = (await ada.page.request.get(`${origin}${path}`)).headers();
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
      assert.doesNotMatch(headers['content-security-policy'], /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*/);
    }
    assert.equal((await ada.page.request.post(`${origin}/`)).status(), 405);
  });

  // Longer than the crate waits before it renews a token.
  origin = await startPage(program, '--token-lifetime', '6');
  await test('the lifetime runs down, the token expires, and a refresh gives a new one', { tolerates: ['401'] }, async (ada) => {
    await ada.logIn();
    const left = ada.page.locator('#left');
    assert.match(await left.textContent(), /^[1-6] s$/);
    assert.match(await ada.page.locator('.facts').innerText(), /6 s[\s\S]*profile offline_access|6 s[\s\S]*offline_access profile/);
    await left.filter({ hasText: 'it has expired' }).waitFor({ timeout: 10_000 });
    assert.equal(await ada.page.locator('.primary').textContent(), 'Refresh the token');
    await ada.page.screenshot({ path: `${screenshots}expired.png`, fullPage: true });
    // The server counts in milliseconds.
    await ada.page.waitForTimeout(1_000);
    await ada.press('Show the token to the API');
    await ada.isTold('The API does not accept the token');
    await ada.press('Refresh the token');
    await ada.isTold('The refresh token is a new one');
    await ada.press('Show the token to the API');
    await ada.isTold('The API accepts the token');
    await ada.showsNoSecret();
  });

  const issuer = await startProvider();
  origin = await startPage(program, '--authorize-url', `${issuer}/auth`, '--token-url', `${issuer}/token`,
    '--issuer', issuer, '--client-id', 'page', '--resource-url', `${issuer}/me`, '--prompt', 'consent');
  await test('oidc-provider: a login, its API, a refresh', {}, async (ada) => {
    await ada.start();
    await ada.logInAtProvider('Allow');
    await ada.inState('CodeReceived');
    await ada.press('Exchange the code');
    await ada.inState('Authorized');
    await ada.press('Show the token to the API');
    await ada.isTold('The API accepts the token');
    await ada.press('Refresh the token');
    await ada.isTold('The refresh token is a new one');
    await ada.press('Show the token to the API');
    await ada.isTold('The API accepts the token');
    await ada.showsNoSecret();
    await ada.page.screenshot({ path: `${screenshots}oidc-provider.png`, fullPage: true });
  });
  await test('oidc-provider: denied', {}, async (ada) => {
    await ada.start();
    await ada.logInAtProvider('Deny');
    await ada.isTold('You declined');
    await ada.inState('Unstarted');
  });

  origin = await startPage(program, '--authorize-url', `${issuer}/auth`, '--token-url', `${issuer}/token`,
    '--issuer', 'http://127.0.0.1:1', '--client-id', 'page', '--prompt', 'consent');
  await test('oidc-provider: a response that names another server ends the login', {}, async (ada) => {
    await ada.start();
    await ada.logInAtProvider('Allow');
    await ada.isTold('The response is not from this server');
    await ada.inState('Unstarted');
  });
}

try {
  await runAll();
} catch (error) {
  counts.failed += 1;
  console.log(`FAILED  ${error.stack}`);
} finally {
  await browser.close();
  await stopAll();
}
console.log(`\nscreenshots: ${screenshots}`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
