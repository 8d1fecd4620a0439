/** The server's clock, kept on this machine: the wall clock here may be minutes off and is never read. */

const SAMPLES = 8
/** A sample this far off the others is no network delay: the machine slept, or the server's clock was set. */
const JUMP_MS = 5_000

export class ServerClock {
  private offsets: number[] = []

  /** `monotonic` counts milliseconds and never goes back. */
  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /**
   * `serverNow` was the server's time when it wrote; it arrives late by an unknown delay, so every offset is too small
   * and the largest of the last few is the nearest to the truth.
   */
  sync(serverNow: number): void {
    const offset = serverNow - this.monotonic()
    if (Math.abs(offset - this.offset()) > JUMP_MS) this.offsets = []
    this.offsets = [...this.offsets, offset].slice(-SAMPLES)
  }

  /** Server time in epoch milliseconds; before the first sync nothing is due. */
  now(): number {
    return this.monotonic() + this.offset()
  }

  private offset(): number {
    return this.offsets.length ? Math.max(...this.offsets) : Number.NEGATIVE_INFINITY
  }
}
