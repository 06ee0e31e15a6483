// A line a figure: what, measured, budget, and whether it holds.
export const report = { lines: [], missed: false };

let place = '';

/** What follows is measured on an engine: it stands in front of each figure, so that two engines are not taken for two runs of one. */
export function on(engine) {
  place = `${engine}: `;
}

/** Notes a figure that may be at most (or, with `least`, at least) its budget. `spread` is how far it is off from itself, in its unit. */
export function figure(what, value, unit, budget, { least = false, spread } = {}) {
  const holds = budget === null || (least ? value >= budget : value <= budget);
  if (!what.startsWith(place)) what = place + what;
  report.lines.push({ what, value, unit, budget, least, holds, spread });
  if (!holds) report.missed = true;
  console.log(line(report.lines.at(-1)));
}

/** Notes a figure of samples, as `of` makes one of them, with its spread: how far those of fifths of the samples lie apart. */
export function figureOf(what, samples, of, unit, budget, options = {}) {
  const fifth = Math.floor(samples.length / 5);
  const fifths = fifth > 0 ? Array.from({ length: 5 }, (_, at) => of(samples.slice(at * fifth, (at + 1) * fifth))) : [];
  figure(what, of(samples), unit, budget, { ...options, spread: deviation(fifths) });
}

/** The median absolute deviation, so scaled that it is the standard deviation of what is normally distributed (`capacity::lab` has the same). */
export function deviation(values) {
  if (values.length < 2) return undefined;
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle))) * 1.4826;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

export function print() {
  console.log('\nAll figures:');
  for (const one of report.lines) console.log(line(one));
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

function line({ what, value, unit, budget, least, holds }) {
  const shown = Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
  const bar = budget === null ? '' : `  ${least ? '>=' : '<='} ${budget.toLocaleString('en')} ${unit}  ${holds ? 'holds' : 'MISSED'}`;
  return `${what.padEnd(72)} ${shown.padStart(10)} ${unit}${bar}`;
}
