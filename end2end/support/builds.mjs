// Builds that follow each other: the same site under other names, as if everything in it had changed.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './server.mjs';

const site = join(root, 'target/site');

/** Makes a build's site in a directory. Its hashed files have a mark in their names, by which one sees which build a file is of. */
export function makeBuild(dir, mark) {
  mkdirSync(join(dir, 'pkg'), { recursive: true });
  for (const file of readdirSync(site)) {
    if (file !== 'pkg' && !/\.(br|gz|zst)$/.test(file)) cpSync(join(site, file), join(dir, file), { recursive: true });
  }
  const names = readFileSync(join(site, 'files.txt'), 'utf8').split('\n').filter(Boolean).map((line) => line.slice(line.indexOf(' ') + 1));
  const hashes = [...new Set(names.map((name) => name.split('.').at(-2)))];
  const marked = (text) => hashes.reduce((text, hash) => text.replaceAll(hash, mark + hash.slice(mark.length)), text);
  for (const list of ['files.txt', 'hash.txt']) writeFileSync(join(dir, list), marked(readFileSync(join(dir, list), 'utf8')));
  for (const name of names) {
    const [from, to] = [join(site, 'pkg', name), join(dir, 'pkg', marked(name))];
    if (/\.(js|css)$/.test(name)) writeFileSync(to, marked(readFileSync(from, 'utf8')));
    else cpSync(from, to);
  }
  // The worker imports it by the name that it was built with, and it loads a module of this build.
  for (const name of readdirSync(join(site, 'pkg')).filter((name) => /^drainer\..*\.js$/.test(name))) {
    writeFileSync(join(dir, 'pkg', name), marked(readFileSync(join(site, 'pkg', name), 'utf8')));
  }
  return dir;
}

/** In the page: of which builds the files are that it has loaded, by their marks. */
export const buildsOf = (marks) => {
  const files = [
    ...performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
    ...[...document.querySelectorAll('link[href^="/pkg/"], script[src^="/pkg/"]')].map((element) => element.getAttribute('href') ?? element.getAttribute('src')),
  ].filter((path) => path.startsWith('/pkg/'));
  return [...new Set(files.map((file) => marks.find((mark) => file.includes(`.${mark}`)) ?? 'none'))].sort();
};
