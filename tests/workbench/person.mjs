// Somebody who asks the workbench over HTTP, as his browser would: a cookie, the page's token, JSON.
//
//   const auditor = await signIn(stage.url, 'auditor');
//   const clue = await auditor.post('/api/clues/next', {});              // throws unless 2xx
//   const { status, body } = await auditor.ask('GET', '/api/users');     // any answer
//
// Every exchange of every person goes to the listeners in `heard`.
import http from 'node:http';

export const demoPassword = 'synthetic-city';
export const heard = [];

export class Refused extends Error {
  constructor(method, path, { status, body }) {
    super(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    Object.assign(this, { status, body });
  }
}

export class Person {
  constructor(url, login = '') {
    this.base = new URL(url);
    this.login = login;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
    this.cookie = '';
    this.csrf = '';
    this.headers = {};
  }

  // body: undefined, a Buffer (sent as it is) or what becomes JSON. Rejects when no answer comes.
  ask(method, path, body, headers = {}) {
    const raw = Buffer.isBuffer(body);
    const payload = body === undefined ? undefined : raw ? body : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.agent,
          host: this.base.hostname,
          port: this.base.port,
          method,
          path,
          headers: {
            ...(this.cookie && { Cookie: this.cookie }),
            ...(this.csrf && method !== 'GET' && { 'X-CSRF-Token': this.csrf }),
            ...(payload && { 'Content-Type': raw ? 'application/octet-stream' : 'application/json', 'Content-Length': payload.length }),
            ...this.headers,
            ...headers,
          },
        },
        (response) => {
          const pieces = [];
          response.on('data', (piece) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            for (const line of response.headers['set-cookie'] ?? []) this.cookie = line.split(';')[0];
            const bytes = Buffer.concat(pieces);
            const type = response.headers['content-type'];
            let body = bytes;
            if (/[/+]json$/.test(type?.split(';')[0])) body = JSON.parse(bytes.toString());
            else if (bytes.length === 0) body = '';
            const answer = { status: response.statusCode, type, body, headers: response.headers };
            for (const listen of heard) listen({ login: this.login, method, path, ...answer });
            resolve(answer);
          });
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
  }

  // An open event stream: `events` is what came so far, `ended` settles when it is over. Rejects when it is refused.
  listen() {
    return new Promise((resolve, reject) => {
      const request = http.get({ agent: false, host: this.base.hostname, port: this.base.port, path: '/api/events', headers: { Cookie: this.cookie, ...this.headers } });
      request.on('error', reject);
      request.on('response', (response) => {
        if (response.statusCode !== 200) {
          request.destroy();
          return reject(new Error(`GET /api/events: ${response.statusCode}`));
        }
        const stream = { events: '', close: () => request.destroy() };
        stream.ended = new Promise((done) => response.on('close', done));
        response.on('error', () => {}); // it was closed
        response.on('data', (piece) => (stream.events += piece));
        resolve(stream);
      });
    });
  }

  async must(method, path, body, headers) {
    const answer = await this.ask(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) throw new Refused(method, path, answer);
    return answer.body;
  }
  get = (path) => this.must('GET', path);
  post = (path, body = {}) => this.must('POST', path, body);
  put = (path, body) => this.must('PUT', path, body);
  patch = (path, body) => this.must('PATCH', path, body);
  delete = (path, body) => this.must('DELETE', path, body);

  async enter(login, password = demoPassword) {
    this.login = login;
    this.me = await this.post('/api/session', { login, password });
    this.csrf = this.me.csrf;
    return this;
  }
  close() {
    this.agent.destroy();
  }
}

export function signIn(url, login, password, headers = {}) {
  const person = new Person(url);
  person.headers = headers;
  return person.enter(login, password);
}

// A person of these roles with a password of his own, made by an operator.
export async function addPerson(operator, { login, name = `人员 ${login}`, roles, area, institution, headers }) {
  const { one_time_password: first } = await operator.post('/api/users', { login, name, roles, area, ...(institution && { institution }) });
  const person = await signIn(operator.base.href, login, first, headers);
  const password = `${login} has this password`;
  await person.post('/api/me/password', { old: first, new: password });
  person.password = password;
  await person.enter(login, password);
  return person;
}
