// A person signs in by a real OpenID provider: `yijian serve` on one side, oidc-provider on the other, a browser's
// part played by fetch with a jar of cookies. YIJIAN is the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from 'oidc-provider';

const yijian = process.env.YIJIAN ?? 'build/release/src/app/yijian';
const folder = mkdtempSync(join(tmpdir(), 'yijian-oidc-'));
const store = `sqlite:${join(folder, 'store.db')}`;
const secret = 'only of this test & nowhere else';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Cookies by host, port and name; paths are not needed here.
class Browser {
  #jar = new Map();

  async get(url, options = {}) {
    const { host } = new URL(url);
    const mine = [...this.#jar].filter(([key]) => key.startsWith(`${host} `)).map(([, cookie]) => cookie);
    const answer = await fetch(url, {
      redirect: 'manual',
      ...options,
      headers: { ...options.headers, ...(mine.length > 0 ? { cookie: mine.join('; ') } : {}) },
    });
    for (const line of answer.headers.getSetCookie()) {
      const cookie = line.split(';')[0];
      const name = cookie.split('=')[0];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) this.#jar.delete(`${host} ${name}`);
      else this.#jar.set(`${host} ${name}`, cookie);
    }
    return answer;
  }

  // Follows to the address that `stop` knows, filling in the provider's forms: first who, then yes.
  async follow(url, login, stop) {
    for (let i = 0; i < 20; i += 1) {
      if (stop(url)) return url;
      const answer = await this.get(url);
      if (answer.status >= 300 && answer.status < 400) {
        url = new URL(answer.headers.get('location'), url).href;
        continue;
      }
      const page = await answer.text();
      const action = page.match(/action="([^"]+)"/)?.[1];
      assert.ok(action, `a form was expected: ${answer.status} ${page.slice(0, 300)}`);
      const prompt = page.match(/name="prompt" value="([^"]+)"/)[1];
      const form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'x' } : { prompt });
      const sent = await this.get(new URL(action, url).href, {
        method: 'POST',
        body: form.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      assert.ok(sent.status >= 300 && sent.status < 400, `${sent.status}`);
      url = new URL(sent.headers.get('location'), url).href;
    }
    throw new Error('the provider leads nowhere');
  }
}

let provider;
let server;
let base;

before(async () => {
  const providerPort = await freePort();
  const port = await freePort();
  const issuer = `http://127.0.0.1:${providerPort}`;
  base = `http://127.0.0.1:${port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'yijian',
        client_secret: secret,
        redirect_uris: [`${base}/api/session/oidc/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true, methods: ['S256'] },
    cookies: { keys: ['of this test'] },
  }).listen(providerPort, '127.0.0.1');
  execFileSync(yijian, ['users', 'add', 'wangmin', '--name', '王敏', '--role', 'auditor', '--area', '500101',
    '--area-name', '万州区', '--oidc-subject', 'wangmin-at-the-provider', '--store', store]);
  server = spawn(yijian, ['serve', '--store', store, '--data', join(folder, 'data'), '--lake', join(folder, 'lake'),
    '--address', `127.0.0.1:${port}`, '--web', join(folder, 'none'), '--oidc-issuer', issuer, '--oidc-client', 'yijian',
    '--oidc-name', '统一身份', '--public-url', base], { env: { ...process.env, YIJIAN_OIDC_SECRET: secret } });
  server.stderr.resume();
  server.on('exit', (code) => code && console.error(`yijian ended with ${code}`));
  await once(server.stdout, 'data');
});

after(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  provider?.close();
  provider?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const isCallback = (url) => url.startsWith(`${base}/api/session/oidc/callback`);
const begin = `/api/session/oidc?back=${encodeURIComponent('/clues?view=mine')}`;

test('the sign-in page offers the provider by name', async () => {
  const options = await (await fetch(`${base}/api/session/options`)).json();
  assert.equal(options.oidc, true);
  assert.equal(options.oidc_name, '统一身份');
});

test('a person whom an operator entered comes in, and back to his page', async () => {
  const browser = new Browser();
  const callback = await browser.follow(base + begin, 'wangmin-at-the-provider', isCallback);
  const answer = await browser.get(callback);
  assert.equal(answer.status, 302, await answer.text());
  assert.equal(answer.headers.get('location'), '/clues?view=mine');
  const me = await (await browser.get(`${base}/api/session`)).json();
  assert.equal(me.login, 'wangmin');
  assert.equal(me.must_change_password, false);
  // The same address again: code and state are used.
  assert.equal((await browser.get(callback)).status, 401);
});

test('a callback works in the browser that began only', async () => {
  const callback = await new Browser().follow(base + begin, 'wangmin-at-the-provider', isCallback);
  const thief = new Browser();
  const answer = await thief.get(callback);
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 'oidc_refused');
  assert.equal((await thief.get(`${base}/api/session`)).status, 204);
});

test('a made-up state, a made-up code and a refusal lead nowhere', async () => {
  const browser = new Browser();
  assert.equal((await browser.get(`${base}/api/session/oidc/callback?state=made-up&code=x`)).status, 401);
  const forged = new URL(await browser.follow(base + begin, 'wangmin-at-the-provider', isCallback));
  forged.searchParams.set('code', 'made-up');
  assert.equal((await browser.get(forged.href)).status, 401);
  const refused = new URL((await browser.get(base + begin)).headers.get('location'));
  const state = refused.searchParams.get('state');
  assert.equal((await browser.get(`${base}/api/session/oidc/callback?state=${state}&error=access_denied`)).status, 401);
  assert.equal((await browser.get(`${base}/api/session/oidc/callback`)).status, 422);
  assert.equal((await browser.get(`${base}/api/session`)).status, 204);
});

test('whom nobody entered is nobody here', async () => {
  const browser = new Browser();
  const callback = await browser.follow(base + begin, 'a-stranger', isCallback);
  const answer = await browser.get(callback);
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 'no_account');
});

test('the way back leads to our own pages only', async () => {
  const browser = new Browser();
  const callback = await browser.follow(`${base}/api/session/oidc?back=${encodeURIComponent('//evil.example/')}`,
    'wangmin-at-the-provider', isCallback);
  assert.equal((await browser.get(callback)).headers.get('location'), '/');
});
