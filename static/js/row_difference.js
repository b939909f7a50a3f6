// What would move under the reader's eyes if a list were drawn anew. Knows no document.

/**
 * now, next: the ids of the rows shown and of those in the answer, in order. Returns null where
 * nothing that is shown would move or go: values change in place, and what only comes below the
 * last row pushes nothing. Else {fresh, gone, isReordered}.
 */
export function difference(now, next) {
  if (now.length === 0) return null;
  const [shown, wanted] = [new Set(now), new Set(next)];
  const stay = now.filter((id) => wanted.has(id));
  const stayNext = next.filter((id) => shown.has(id));
  const isReordered = stay.some((id, place) => id !== stayNext[place]);
  const fresh = next.filter((id) => !shown.has(id));
  const gone = now.filter((id) => !wanted.has(id));
  // Behind the last row that stays: what came up from the next page, or was pushed onto it.
  const inside = fresh.filter((id) => next.indexOf(id) < next.indexOf(stayNext.at(-1)));
  const cameIn = stay.length ? inside : fresh;
  const wasPushedOut = (id) => cameIn.length > 0 && now.indexOf(id) > now.indexOf(stay.at(-1));
  const left = gone.filter((id) => !(stay.length && wasPushedOut(id)));
  if (!isReordered && cameIn.length === 0 && left.length === 0) return null;
  return { fresh: cameIn.length, gone: left.length, isReordered };
}

/** [{fresh, gone, isReordered}] -> what the chip says. */
export function inWords(differences) {
  const fresh = differences.reduce((sum, each) => sum + each.fresh, 0);
  const gone = differences.reduce((sum, each) => sum + each.gone, 0);
  const words = [
    ...(fresh ? [`${fresh} new`] : []),
    ...(gone ? [`${gone} no longer ${gone === 1 ? "fits" : "fit"}`] : []),
  ];
  return words.join(", ") || (differences.length ? "Another order" : "");
}
