import type { Clock } from "../../src/lib/steady-clock.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** So far from zero that no clock of the model reads less. */
const START = 1_000_000_000;
const MINUTE_MS = 60_000;
/** A clock that is wrong is wrong by this much, either way: by more than KV holds back a journal. */
const WRONG_BY = [15 * MINUTE_MS, 60 * MINUTE_MS] as const;

/** The right time, which is that of the database: milliseconds. */
export function rightTime(time: VirtualTime): number {
  return START + Math.floor(time.now);
}

/** A machine that isolates run on, one after the other: its clock jumps, forwards and back. */
export class Machine {
  readonly #time: VirtualTime;
  #error: number;

  constructor(time: VirtualTime, random: Random, { skew, clockJumpEvery }: Faults, until: number) {
    this.#time = time;
    const ordinary = random.between(-skew, skew);
    this.#error = ordinary;
    if (clockJumpEvery !== null) void this.#jump(random, ordinary, clockJumpEvery, until);
  }

  readonly wall = (): number => Math.round(rightTime(this.#time) + this.#error);

  async #jump(random: Random, ordinary: number, every: number, until: number): Promise<void> {
    for (;;) {
      await this.#time.sleep(random.wait(every));
      if (this.#time.now > until) return;
      const wrong = random.between(...WRONG_BY) * (random.chance(0.5) ? 1 : -1);
      this.#error = random.chance(0.4) ? ordinary : ordinary + wrong;
    }
  }
}

/** A clock as it is, for the experiment without a monotonic one. */
export function plainClock(wall: () => number): Clock {
  return { now: wall, onSetBack: () => undefined };
}
