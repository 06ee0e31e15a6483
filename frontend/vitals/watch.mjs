// What a browser notes down, where it does.

const taking = [];

/** Calls `each` with every entry of a kind, those of before too. A browser that knows no such entries gives none. */
export function watch(type, each) {
  try {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(each));
    observer.observe({ type, buffered: true });
    taking.push(() => observer.takeRecords().forEach(each));
  } catch {}
}

/** Has all told that was not yet. */
export function take() {
  for (const each of taking) each();
}
