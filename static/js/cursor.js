// A cursor is what pg_current_snapshot() printed: xmin:xmax:xip,xip,...

/** The earlier of two cursors of one server: each of the three parts only ever moves forward. */
export function earlierOf(one, other) {
  const [a, b] = [parts(one), parts(other)];
  const differs = a.findIndex((part, place) => part !== b[place]);
  return differs === -1 || a[differs] < b[differs] ? one : other;
}

function parts(cursor) {
  const [xmin, xmax, running] = cursor.split(":");
  // Of two snapshots with the same bounds the later one sees fewer transactions still running.
  return [BigInt(xmin), BigInt(xmax), -BigInt(running ? running.split(",").length : 0)];
}
