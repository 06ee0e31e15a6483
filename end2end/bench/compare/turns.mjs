// Who is measured when: A B B A A B B A ..., so that a machine that gets slower, or is disturbed for a minute, does so for both.

/** So many pairs, each of so many bursts on both sides. `sides` are two functions that measure a burst; gives what each has measured, in order. */
export async function inTurns(pairs, leastOf, sides) {
  const measured = [[], []];
  for (let turn = 0; turn < pairs * leastOf; turn += 1) {
    for (const side of order(turn)) measured[side].push(await sides[side]());
  }
  return measured;
}

/** Who is first, and who is second. */
export const order = (turn) => (turn % 2 === 0 ? [0, 1] : [1, 0]);
