// One connection that stays open, on which a request follows the other: what is measured is one answer, and not how many wait.
import http from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';

export class Line {
  constructor(address, process) {
    this.address = new URL(address);
    this.process = process;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** So many requests as `asks` gives them, by their number. Milliseconds a request: of the clock, and of the server's processor (null where the system does not tell). */
  async burst(count, asks) {
    const before = this.#threads();
    const begun = performance.now();
    for (let turn = 0; turn < count; turn += 1) {
      const asked = asks();
      const { status } = await this.ask(asked.path, asked);
      if (status !== 200) throw new Error(`${asked.method ?? 'GET'} ${asked.path} was answered with ${status}, where 200 is expected of both builds.`);
    }
    const ms = (performance.now() - begun) / count;
    const after = this.#threads();
    // A thread that has ended meanwhile has taken what it took along with it, which is next to nothing.
    const spent = before && after && [...after].reduce((sum, [thread, time]) => sum + time - (before.get(thread) ?? 0), 0);
    return { ms, processor: spent === null ? null : spent / 1e6 / count };
  }

  ask(path, { method = 'GET', headers = {}, body } = {}) {
    return new Promise((done, failed) => {
      const { hostname, port } = this.address;
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const request = http.request({ hostname, port, path, method, agent: this.agent, headers: { ...headers, ...length } }, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, text: () => Buffer.concat(pieces).toString() }));
        answer.on('error', failed);
      });
      request.on('error', failed);
      request.end(body);
    });
  }

  /** Milliseconds on a processor since the server's start, of the threads that there are. */
  spent() {
    return [...(this.#threads()?.values() ?? [])].reduce((sum, time) => sum + time, 0) / 1e6;
  }

  close() {
    this.agent.destroy();
  }

  /** Nanoseconds on a processor, by thread; null where the system does not tell. */
  #threads() {
    const folder = `/proc/${this.process}/task`;
    const times = new Map();
    try {
      for (const thread of readdirSync(folder)) {
        try {
          times.set(thread, Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]));
        } catch (error) {
          // It has just ended; a system without these figures has none of any thread.
          if (error.code !== 'ESRCH' && !(error.code === 'ENOENT' && times.size > 0)) throw error;
        }
      }
    } catch {
      return null;
    }
    return times.size > 0 && [...times.values()].some((time) => time > 0) ? times : null;
  }
}
