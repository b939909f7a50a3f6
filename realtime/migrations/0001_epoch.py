"""The epoch: one row that a crash empties, so that no cursor outlives the transaction ids it names.

UNLOGGED is the point: PostgreSQL truncates such a table in crash recovery, keeps it over a clean
restart, and can't read it on a standby.
"""

from django.db import migrations

EPOCH = """
CREATE UNLOGGED TABLE realtime_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id uuid NOT NULL DEFAULT gen_random_uuid()
);
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_totals")]

    operations = [migrations.RunSQL(EPOCH, "DROP TABLE realtime_epoch;")]
