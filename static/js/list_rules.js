// Does a region have to be asked for again after a frame? Knows no document.

/**
 * region: {topics: Set, isList, isVolatile, holdsStock}; holdsStock says that its rows are stock
 * rows, which come one by one in the frame itself.
 */
export function mustAskAgain(region, frame) {
  const stale = frame.stale.filter((topic) => region.topics.has(topic));
  const levels = frame.levels.filter((level) => concerns(level, region, stale));
  if (!region.isList) return stale.length > 0;
  if (levels.some((level) => level.new)) return true;
  if (region.isVolatile && (levels.length > 0 || frame.removed.length > 0)) return true;
  const cameByItself = region.holdsStock && (levels.length > 0 || frame.removed.length > 0);
  return stale.length > 0 && !cameByItself;
}

// A level does not name its vendor; but a vendor's topic is stale with each of its rows.
function concerns(level, { topics }, stale) {
  return (
    topics.has(`location:${level.location}`) ||
    topics.has(`product:${level.sku}`) ||
    stale.some((topic) => topic.startsWith("vendor:"))
  );
}
