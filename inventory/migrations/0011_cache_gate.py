"""The gate of the cache: one row that says which cached answers may be believed.

UNLOGGED is the point: a crash empties it, so that no answer outlives the transactions that it was
made of, and a write to it waits for no disk.
"""

from django.db import migrations

GATE = """
CREATE UNLOGGED TABLE inventory_cachegate (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    namespace uuid NOT NULL DEFAULT gen_random_uuid(),
    server text NOT NULL,
    looked text NOT NULL DEFAULT pg_current_snapshot()::text,
    looked_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
"""

# A row that is gone can't be found by what it was changed by, so that nobody who looks for changes
# would see it. It happens so seldom that everything may be forgotten.
GONE = """
CREATE FUNCTION inventory_cache_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_cachegate SET namespace = gen_random_uuid();
    RETURN NULL;
END $$;
""" + "".join(
    f"""
CREATE TRIGGER cache_forgets AFTER DELETE OR TRUNCATE ON inventory_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_cache_forgets();
"""
    for table in ("vendor", "category", "product", "location", "stocklevel")
)

UNDO = """
DROP FUNCTION inventory_cache_forgets() CASCADE;
DROP TABLE inventory_cachegate;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_sessions_of_people")]

    operations = [migrations.RunSQL(GATE + GONE, UNDO)]
