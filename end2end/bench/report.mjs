// A line a figure: what, measured, budget, and whether it holds.
export const report = { lines: [], missed: false };

/** Notes a figure that may be at most (or, with `least`, at least) its budget. */
export function figure(what, value, unit, budget, { least = false } = {}) {
  const holds = budget === null || (least ? value >= budget : value <= budget);
  report.lines.push({ what, value, unit, budget, least, holds });
  if (!holds) report.missed = true;
  console.log(line(report.lines.at(-1)));
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
