// The REST interface. The key lives in this object and goes nowhere but into the header of its requests.

import { Problem } from './problem.js';
import { serverSent } from './serversent.js';

const ROOT = new URL('api/v1/', document.baseURI);

export class Api {
  #key = '';
  #open = new AbortController();

  get signedIn() {
    return this.#key !== '';
  }

  signIn(key) {
    this.#key = key;
    this.#open = new AbortController();
  }

  /** Forgets the key, and breaks off what is under way: its answers would come too late. */
  signOut() {
    this.#key = '';
    this.#open.abort();
  }

  async get(path) {
    const response = await this.#fetch('GET', path, this.#keyHeader());
    return response.json();
  }

  /** @param idempotent whether a second sending of this call is the same call */
  async send(method, path, body, idempotent = false) {
    const headers = this.#keyHeader();
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (idempotent) {
      headers['Idempotency-Key'] = drawn();
    }
    const response = await this.#fetch(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    return response.json();
  }

  /** A guardian's call; the service's key does not go along. */
  async sendAsGuardian(method, path, guardianId, guardianKey) {
    const response = await this.#fetch(method, path, { 'X-Guardian-Id': guardianId, 'X-Guardian-Key': guardianKey });
    return response.json();
  }

  /** The report of health, which comes with 503 when something is down. */
  async health() {
    try {
      return await this.get('health');
    } catch (problem) {
      if (problem.status === 503 && problem.document?.components) {
        return problem.document;
      }
      throw problem;
    }
  }

  /** The data of a stream of server-sent events, parsed. */
  async *stream(path) {
    const response = await this.#fetch('GET', path, { ...this.#keyHeader(), Accept: 'text/event-stream' });
    for await (const data of serverSent(response.body)) {
      yield JSON.parse(data);
    }
  }

  #keyHeader() {
    return { 'X-API-Key': this.#key };
  }

  async #fetch(method, path, headers, body) {
    let response;
    try {
      response = await fetch(new URL(path, ROOT), {
        method,
        body,
        headers: { Accept: 'application/json, application/problem+json', ...headers },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: this.#open.signal,
      });
    } catch (failure) {
      // a key with characters that no header may have fails here, before anything is sent
      throw failure.name === 'AbortError' ? failure : new Problem(0, {});
    }
    if (!response.ok) {
      throw await refusal(response);
    }
    return response;
  }
}

async function refusal(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    // an answer of something between the page and the service
  }
  const problem = new Problem(response.status, document, response.headers.get('Retry-After'));
  problem.document = document;
  return problem;
}

/** Unlike crypto.randomUUID, also there without TLS. */
function drawn() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((value) => value.toString(16).padStart(2, '0')).join('');
}
