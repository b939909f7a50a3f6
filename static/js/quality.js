// How good the line is, by the median of the last round trips: one slow answer is no verdict.

const REMEMBERED = 5;
const UP_TO_MS = [
  [80, "excellent"],
  [250, "good"],
  [800, "fair"],
];

export class Quality {
  #trips = [];

  note(ms) {
    this.#trips = [...this.#trips, ms].slice(-REMEMBERED);
  }

  get latencyMs() {
    return this.#trips.toSorted((a, b) => a - b)[Math.floor(this.#trips.length / 2)];
  }

  get name() {
    return UP_TO_MS.find(([limit]) => this.latencyMs <= limit)?.[1] ?? "poor";
  }

  forget() {
    this.#trips = [];
  }
}
