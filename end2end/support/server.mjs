// The release server on data of its own, and the command line on the same data.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../../..');
export const program = join(root, 'target/release/vitrine');

export class Server {
  /** Makes data for an engine ('sqlite' or 'postgres'); nothing is started yet. `own` is another build's program. */
  static async make(engine, own = program) {
    const server = new Server();
    server.program = own;
    server.engine = engine;
    server.dir = mkdtempSync(join(tmpdir(), 'vitrine-'));
    // The first start takes a free port, later ones the same.
    server.env = { ...process.env, VITRINE_DATA_DIR: server.dir, VITRINE_ADDR: '127.0.0.1:0' };
    delete server.env.VITRINE_DATABASE_URL;
    if (engine === 'postgres') server.env.VITRINE_DATABASE_URL = server.database = makeDatabase();
    return server;
  }

  /** Runs a command of the program and gives its output; throws when it fails, unless told which code to expect. */
  run(args, { input, code = 0 } = {}) {
    const done = spawnSync(this.program ?? program, args, { env: this.env, input, encoding: 'utf8' });
    if (done.status !== code) throw new Error(`vitrine ${args.join(' ')} ended with ${done.status}: ${done.stderr}${done.stdout}`);
    return done.stdout + done.stderr;
  }

  async start() {
    this.log = join(this.dir, 'server.log');
    const log = openSync(this.log, 'a');
    this.process = spawn(this.program ?? program, ['serve'], { env: this.env, stdio: ['ignore', log, log] });
    for (let tries = 0; tries < 200; tries += 1) {
      this.address ??= /Vitrine is at (http:\S+)/.exec(readFileSync(this.log, 'utf8'))?.[1];
      if (this.address && (await fetch(`${this.address}/readyz`).then((answer) => answer.ok, () => false))) {
        this.env.VITRINE_ADDR = new URL(this.address).host;
        return this;
      }
      if (this.process.exitCode !== null) break;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`the server did not start: ${readFileSync(this.log, 'utf8')}`);
  }

  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null) return;
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    await ended;
  }

  /** Of a server on SQLite that is stopped: its database as it is now, until it is put back. */
  backUp() {
    const copy = join(this.dir, 'copy');
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(copy);
    for (const name of this.#database()) copyFileSync(join(this.dir, name), join(copy, name));
  }

  /** The server, which is stopped, has what it had then. */
  putBack() {
    const copy = join(this.dir, 'copy');
    for (const name of this.#database()) rmSync(join(this.dir, name));
    for (const name of readdirSync(copy)) copyFileSync(join(copy, name), join(this.dir, name));
  }

  /** With its log, where there is one. */
  #database() {
    const files = readdirSync(this.dir).filter((name) => name.startsWith('vitrine.db'));
    if (files.length === 0) throw new Error(`there is no database in ${this.dir}`);
    return files;
  }

  /** Ends everything; fails when the server has panicked in its life. */
  async end() {
    await this.stop();
    const log = this.log ? readFileSync(this.log, 'utf8') : '';
    rmSync(this.dir, { recursive: true, force: true });
    if (this.database) dropDatabase(this.database);
    const panics = log.split('\n').filter((line) => line.includes('panicked'));
    if (panics.length > 0) throw new Error(`the server panicked:\n${panics.join('\n')}`);
  }
}

function makeDatabase() {
  const server = process.env.VITRINE_TEST_POSTGRES_URL;
  if (!server) throw new Error('VITRINE_TEST_POSTGRES_URL is not set. Run scripts/postgres-for-tests and set what it prints.');
  const name = `e2e_${process.pid}_${Math.random().toString(36).slice(2)}`;
  psql(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

function dropDatabase(database) {
  psql(process.env.VITRINE_TEST_POSTGRES_URL, `DROP DATABASE IF EXISTS ${new URL(database).pathname.slice(1)} WITH (FORCE)`);
}

function psql(url, statement) {
  const done = spawnSync('psql', [url, '-v', 'ON_ERROR_STOP=1', '-qc', statement], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
}
