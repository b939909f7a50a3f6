"""What was undone counts against the day on which it was done, not the day of the undoing."""

import django.db.models.functions.comparison
from django.db import migrations, models

MIRROR = """
CREATE OR REPLACE FUNCTION inventory_movement_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    undone inventory_stockmovement;
BEGIN
    SELECT * INTO undone FROM inventory_stockmovement WHERE id = NEW.reverses_id;
    IF undone.level_id IS DISTINCT FROM NEW.level_id OR undone.delta <> -NEW.delta THEN
        RAISE EXCEPTION 'a reversal takes back one line, whole and on the same stock level'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_mirrors';
    END IF;
    NEW.undone_kind := COALESCE(undone.undone_kind, undone.kind);
    {made_at}
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_ledger_checks")]

    operations = [
        migrations.AddField(
            model_name="stockmovement",
            name="undone_made_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(
            MIRROR.format(
                made_at="NEW.undone_made_at := COALESCE(undone.undone_made_at, undone.made_at);"
            ),
            MIRROR.format(made_at=""),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce("undone_made_at", "made_at"),
                name="movement_by_time",
            ),
        ),
    ]
