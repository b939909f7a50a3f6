// How good the line is: a moving average of the round trips, and how much they vary.
//
// The average is the smoothed round trip of RFC 6298, section 2.3 (gain 1/8). The jitter is that of
// RFC 3550, section 6.4.1 and appendix A.8: J += (|D| - J) / 16, where D is the difference of two
// round trips that follow each other; both ends of a round trip are read from the same clock.

const AVERAGE_GAIN = 1 / 8;
const JITTER_GAIN = 1 / 16;
// The worse of the two counts.
const UP_TO_MS = [
  { latency: 80, jitter: 30, name: "excellent" },
  { latency: 250, jitter: 80, name: "good" },
  { latency: 800, jitter: 250, name: "fair" },
];

export class Quality {
  #latency;
  #jitter = 0;
  #last;

  note(ms) {
    if (this.#last === undefined) {
      this.#latency = ms;
    } else {
      this.#latency += (ms - this.#latency) * AVERAGE_GAIN;
      this.#jitter += (Math.abs(ms - this.#last) - this.#jitter) * JITTER_GAIN;
    }
    this.#last = ms;
  }

  /** Undefined until the first round trip. */
  get latencyMs() {
    return this.#latency;
  }

  get jitterMs() {
    return this.#jitter;
  }

  get name() {
    const fits = ({ latency, jitter }) => this.#latency <= latency && this.#jitter <= jitter;
    return UP_TO_MS.find(fits)?.name ?? "poor";
  }

  forget() {
    this.#latency = this.#last = undefined;
    this.#jitter = 0;
  }
}
