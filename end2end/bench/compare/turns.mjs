// Who is measured when: A B B A A B B A ..., so that a machine that gets slower, or is disturbed for a minute, does so for both.

/** Two processes of the same program differ from each other for as long as they run: after so many pairs there are others. */
export const PAIRS_OF_A_START = 5;

/**
 * So many pairs, each of so many bursts on both sides. `sides` are two functions that measure a burst, `again` starts both anew; gives what each has
 * measured, in order.
 */
export async function inTurns(pairs, leastOf, sides, again) {
  const measured = [[], []];
  for (let turn = 0; turn < pairs * leastOf; turn += 1) {
    if (turn > 0 && turn % (PAIRS_OF_A_START * leastOf) === 0) await again();
    for (const side of order(turn)) measured[side].push(await sides[side]());
  }
  return measured;
}

/** Who is first, and who is second. */
export const order = (turn) => (turn % 2 === 0 ? [0, 1] : [1, 0]);
