// How often what failed may be asked for again, by how much it matters. A failing server is asked
// less the less the thing matters; nothing is ever given up, it only waits its turn.

// tokens: tries at once; everyMs: how long until one more may be made.
const BUDGETS = {
  high: { tokens: 10, everyMs: 1_000 },
  medium: { tokens: 5, everyMs: 3_000 },
  low: { tokens: 2, everyMs: 15_000 },
};
const SOONEST_MS = 500;

export class RetryBudget {
  #random;
  #now;
  // Priority -> when its bucket would be full again: the bucket needs no clock of its own.
  #fullAt = new Map();

  constructor({ random = Math.random, now = Date.now } = {}) {
    this.#random = random;
    this.#now = now;
  }

  /** Take one try; returns in how many milliseconds it may be made. */
  take(priority) {
    const { tokens, everyMs } = BUDGETS[priority];
    const fullAt = Math.max(this.#now(), this.#fullAt.get(priority) ?? 0) + everyMs;
    this.#fullAt.set(priority, fullAt);
    const over = fullAt - this.#now() - tokens * everyMs;
    return Math.max(0, over) + SOONEST_MS + Math.round(this.#random() * everyMs);
  }
}

/** high: alerts, and what a person edits; low: the catalogue; medium: stock and everything else. */
export function priorityOf({ topics, isEdited }) {
  if (isEdited || topics.some((topic) => topic.startsWith("alerts:"))) return "high";
  const isCatalogue = (topic) => topic === "catalogue" || topic.startsWith("vendor:");
  return topics.length > 0 && topics.every(isCatalogue) ? "low" : "medium";
}
