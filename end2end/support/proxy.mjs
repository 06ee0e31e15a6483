// A line between browser and server that fails as lines do. What a browser's developer tools do to a network does not reach its service worker; this
// does, as neither the browser nor the server knows of it.
//
//   const proxy = await Proxy.to(server.address);
//   const lost = proxy.when('/sync/v1/push', cutAfter(), { times: 1 });
//   ...
//   await lost.happened();
//
// Without a fault everything goes through as it is. A fault that never happened fails whoever ends the proxy: what was to be shown by it was not.
import { Agent, createServer, request as ask } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** The connection ends, and the server has heard of nothing. */
export const cutBefore = () => (exchange) => exchange.cut();

/** The server has done what it was asked for, and its answer is lost. */
export const cutAfter = () => async (exchange) => {
  await exchange.ask();
  exchange.cut();
};

/** The request arrives so many milliseconds later. */
export const late = (milliseconds) => async (exchange) => {
  await wait(milliseconds);
  await exchange.pass();
};

/** The server is asked at once, and its answer, by then of the past, arrives so many milliseconds later. */
export const answeredLate = (milliseconds) => async (exchange) => {
  const answer = await exchange.ask();
  await wait(milliseconds);
  exchange.give(answer);
};

/** The server gets the request twice, one after the other, and its second answer is given. */
export const twice = () => async (exchange) => {
  await exchange.ask();
  await exchange.pass();
};

/** Of the answer a part arrives. The connection ends in the middle of it, or, `clean`, it looks as if that were all. */
export const truncated = (share, { clean = false } = {}) => async (exchange) => {
  const answer = await exchange.ask();
  const part = answer.body.subarray(0, Math.floor(answer.body.length * share));
  if (clean) exchange.give({ ...answer, body: part });
  else await exchange.giveAndCut(answer, part);
};

/** What a captive portal says to everything: a page of its own. */
export const portal = () => (exchange) => exchange.give({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><h1>Welcome to our network</h1>' });

/** Leads elsewhere, as other portals do. */
export const elsewhere = (address) => (exchange) => exchange.give({ status: 302, headers: { location: address }, body: '' });

/** A status, as somebody between browser and server gives it; with `headers` that say so, as the server itself. */
export const status = (code, { retryAfter, headers = {} } = {}) => (exchange) =>
  exchange.give({ status: code, headers: { ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}), ...headers }, body: '' });

/** By this a status is the server's own: see `domain::sync::wire`. */
export const OURS = { 'vitrine-sync': '1' };

/** There is no answer, and no end. */
export const hangs = () => () => {};

/** Of two requests the second arrives first, and the first when the second was answered. */
export const swapped = () => {
  let first;
  return async (exchange) => {
    if (first) {
      await exchange.pass();
      first();
      return;
    }
    const second = new Promise((done) => (first = done));
    if ((await Promise.race([second, wait(15_000, 'alone')])) === 'alone') throw new Error('a second request has not come');
    await exchange.pass();
  };
};

/** What was sent is sent once more, whenever `again` is called: a copy that has come a long way round. */
export const copied = () => {
  const copies = [];
  const act = async (exchange) => {
    copies.push(exchange);
    await exchange.pass();
  };
  return Object.assign(act, { again: () => Promise.all(copies.map((copy) => copy.ask())) });
};

/** Something that is to go wrong. `met` is how often it has, and `at` when. */
class Fault {
  met = 0;
  begun = 0;
  at = [];
  /** What the server said to what was changed on its way. */
  statuses = [];
  failure = null;

  constructor(path, act, { times = Infinity, holds } = {}) {
    Object.assign(this, { path, act, times, holds });
  }

  /** Whether a request is one of those that are meant. */
  meets(path, body) {
    return !this.isOver && this.begun < this.times && path.split('?')[0] === this.path && (!this.holds || body.includes(this.holds));
  }

  /** No more of it. */
  end() {
    this.isOver = true;
  }

  /** Waits until it has happened so often. */
  async happened(times = 1, within = 20_000) {
    const until = Date.now() + within;
    while (this.met < times) {
      if (this.failure) throw this.failure;
      if (Date.now() > until) throw new Error(`what was to go wrong at ${this.path} has happened ${this.met} times in ${within} ms, and not ${times}`);
      await wait(20);
    }
  }
}

export class Proxy {
  /** When there were requests for a path, whatever became of them. */
  asked = new Map();
  /** Bytes a second that all answers together may have; as many as there are without it. */
  rate = Infinity;
  /** Bytes of answers' bodies. */
  passed = 0;
  #faults = [];
  #sockets = new Set();
  #isCut = false;
  #free = 0;
  #agent = new Agent({ keepAlive: true });

  static async to(target) {
    const proxy = new Proxy();
    proxy.target = new URL(target);
    proxy.server = createServer((request, response) => proxy.#serve(request, response).catch((error) => proxy.#broke(error, request)));
    proxy.server.on('connection', (socket) => {
      if (proxy.#isCut) return socket.resetAndDestroy();
      proxy.#sockets.add(socket);
      socket.on('close', () => proxy.#sockets.delete(socket)).on('error', () => {});
    });
    await new Promise((done) => proxy.server.listen(0, '127.0.0.1', done));
    proxy.address = `http://127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }

  /** Lets something go wrong with requests for a path, from now on or so many times; only with those whose bodies hold a text. */
  when(path, act, options) {
    const fault = new Fault(path, act, options);
    this.#faults.push(fault);
    return fault;
  }

  /** Ends every connection, and takes no other: as far as the browser can tell, there is no network. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend() {
    this.#isCut = false;
  }

  times(path) {
    return this.asked.get(path) ?? [];
  }

  count(path) {
    return this.times(path).length;
  }

  /** Fails when something that was to go wrong never has. */
  async end() {
    this.cut();
    this.#agent.destroy();
    await new Promise((done) => this.server.close(done));
    const never = this.#faults.filter((fault) => fault.met === 0);
    if (never.length > 0) throw never[0].failure ?? new Error(`what was to go wrong at ${never.map(({ path }) => path).join(', ')} never has`);
  }

  async #serve(request, response) {
    const path = request.url.split('?')[0];
    this.asked.set(path, [...this.times(path), Date.now()]);
    const body = await whole(request);
    const exchange = new Exchange(this, request, response, body);
    const fault = this.#faults.find((fault) => fault.meets(request.url, body));
    if (!fault) return exchange.pass();
    fault.begun += 1;
    fault.at.push(Date.now());
    exchange.fault = fault;
    try {
      await fault.act(exchange);
      fault.met += 1;
    } catch (error) {
      fault.failure = error;
      throw error;
    }
  }

  /** The server is away, or the browser is: whoever is left finds out by the end of the connection. */
  #broke(error, request) {
    this.lastError = error;
    request.socket.resetAndDestroy();
  }

  /** The server's answer, whose body is still to come. */
  fetch(request, response, body) {
    return new Promise((done, failed) => {
      const { hostname, port } = this.target;
      const onward = { hostname, port, method: request.method, path: request.url, headers: request.headers, agent: this.#agent };
      const asking = ask(onward, done).on('error', failed);
      response?.once('close', () => response.writableFinished || asking.destroy());
      asking.end(body);
    });
  }

  /** Waits for a turn to send so many bytes. */
  async turn(bytes) {
    this.passed += bytes;
    if (this.rate === Infinity) return;
    const begins = Math.max(Date.now(), this.#free);
    this.#free = begins + (bytes / this.rate) * 1_000;
    if (this.#free > Date.now()) await wait(this.#free - Date.now());
  }
}

/** One request and its answer. */
class Exchange {
  constructor(proxy, request, response, body) {
    Object.assign(this, { proxy, request, response, body });
  }

  /** Asks the server, and gives nothing of what it says to the browser yet. */
  async ask() {
    const answer = await this.proxy.fetch(this.request, this.response, this.body);
    this.fault?.statuses.push(answer.statusCode);
    return { status: answer.statusCode, headers: answer.headers, body: await whole(answer) };
  }

  /** Asks the server, and passes its answer on as it comes. */
  async pass() {
    const answer = await this.proxy.fetch(this.request, this.response, this.body);
    this.fault?.statuses.push(answer.statusCode);
    this.response.writeHead(answer.statusCode, answer.rawHeaders);
    // What is told bit by bit is waited for.
    this.response.flushHeaders();
    for await (const part of answer) {
      for (let at = 0; at < part.length; at += 16_384) {
        const piece = part.subarray(at, at + 16_384);
        await this.proxy.turn(piece.length);
        if (!this.response.write(piece)) await drained(this.response);
      }
    }
    this.response.end();
  }

  give({ status, headers, body }) {
    const { 'transfer-encoding': _, ...kept } = headers;
    this.response.writeHead(status, { ...kept, 'content-length': Buffer.byteLength(body) });
    this.response.end(body);
  }

  /** As if all of it were to come. */
  async giveAndCut({ status, headers, body }, part) {
    const { 'transfer-encoding': _, ...kept } = headers;
    this.response.writeHead(status, { ...kept, 'content-length': body.length });
    await new Promise((done) => this.response.write(part, done));
    // The part is to arrive before the end does, which would overtake it.
    await wait(50);
    this.cut();
  }

  cut() {
    this.request.socket.resetAndDestroy();
  }
}

/** Waits until there is room again, or nobody is left who takes anything. */
function drained(response) {
  return new Promise((done) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      done();
    };
    response.on('drain', over).on('close', over);
  });
}

async function whole(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
