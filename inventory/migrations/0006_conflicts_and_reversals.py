"""History of what is edited, and the rules of undoing.

A trigger keeps each change of a field that people edit, so that an edit of an old version can be
answered with what happened since, whoever did it. A line of the ledger that undoes another is its
mirror image, on the same level.
"""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

EDITED = {
    "product": [
        "sku",
        "name",
        "description",
        "category_id",
        "vendor_id",
        "unit",
        "price",
        "cost",
        "minimum",
        "active",
    ],
    "stocklevel": ["minimum", "maximum"],
    "location": ["code", "name", "kind", "may_go_negative", "active"],
    "vendor": ["code", "name", "contact", "email", "lead_time_days"],
    "category": ["code", "name"],
}

KEEP_CHANGES = """
CREATE FUNCTION inventory_keep_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A batch that edits a record several times has written down each step by itself.
    IF EXISTS (SELECT FROM inventory_fieldchange
               WHERE record = substr(TG_TABLE_NAME, length('inventory_') + 1)
                 AND record_id = NEW.id AND version_after > OLD.version) THEN
        RETURN NULL;
    END IF;
    INSERT INTO inventory_fieldchange
        (record, record_id, field, before, after, version_after, actor_id)
    SELECT substr(TG_TABLE_NAME, length('inventory_') + 1), NEW.id,
           regexp_replace(field, '_id$', ''), was.value, becomes.value, NEW.version,
           NULLIF(current_setting('liveshelf.actor', true), '')::integer
    FROM jsonb_each_text(to_jsonb(OLD)) AS was (field, value)
    JOIN jsonb_each_text(to_jsonb(NEW)) AS becomes (field, value) USING (field)
    WHERE field = ANY(TG_ARGV::text[]) AND was.value IS DISTINCT FROM becomes.value
    ORDER BY array_position(TG_ARGV::text[], field);
    RETURN NULL;
END $$;
"""


def keep_changes_of(table: str, fields: list[str]) -> str:
    """Movements of stock update levels all day: `OF` keeps the trigger out of their way."""
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in fields)
    return f"""
        CREATE TRIGGER keep_changes AFTER UPDATE OF {", ".join(fields)} ON inventory_{table}
            FOR EACH ROW WHEN ({differs})
            EXECUTE FUNCTION inventory_keep_changes({", ".join(fields)});
    """


# A line of the same statement that stands before this one is seen, too: a batch may book
# something and undo it again.
MIRROR = """
CREATE FUNCTION inventory_movement_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    undone inventory_stockmovement;
BEGIN
    SELECT * INTO undone FROM inventory_stockmovement WHERE id = NEW.reverses_id;
    IF undone.level_id IS DISTINCT FROM NEW.level_id OR undone.delta <> -NEW.delta THEN
        RAISE EXCEPTION 'a reversal takes back one line, whole and on the same stock level'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_mirrors';
    END IF;
    NEW.undone_kind := COALESCE(undone.undone_kind, undone.kind);
    RETURN NEW;
END $$;

CREATE TRIGGER b_mirrors BEFORE INSERT ON inventory_stockmovement
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION inventory_movement_mirrors();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_lock_levels_in_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FieldChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "record",
                    models.CharField(
                        choices=[
                            ("product", "Product"),
                            ("stocklevel", "Level"),
                            ("location", "Location"),
                            ("vendor", "Vendor"),
                            ("category", "Category"),
                        ],
                        max_length=10,
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("field", models.CharField(max_length=30)),
                ("before", models.TextField(null=True)),
                ("after", models.TextField(null=True)),
                ("version_after", models.BigIntegerField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="undone_kind",
            field=models.CharField(
                choices=[
                    ("receive", "Received"),
                    ("production", "Made"),
                    ("return", "Returned"),
                    ("sale", "Sold"),
                    ("waste", "Thrown away"),
                    ("adjust", "Adjusted"),
                    ("count", "Counted"),
                    ("transfer_out", "Moved out"),
                    ("transfer_in", "Moved in"),
                    ("reversal", "Undone"),
                ],
                max_length=12,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receive", "Receive"),
                    ("production", "Bake or make"),
                    ("return", "Return"),
                    ("sale", "Sell"),
                    ("waste", "Throw away"),
                    ("adjust", "Adjust"),
                    ("count", "Count"),
                    ("transfer", "Move"),
                    ("threshold", "Minimum and maximum"),
                    ("reversal", "Undo"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "reversal"),
                        ("reverses__isnull", False),
                        ("undone_kind__isnull", False),
                    ),
                    models.Q(
                        models.Q(("kind", "reversal"), _negated=True),
                        ("reverses__isnull", True),
                        ("undone_kind__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="movement_reversal_names_what_it_undoes",
            ),
        ),
        migrations.AddField(
            model_name="fieldchange",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="field_changes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="fieldchange",
            index=models.Index(
                fields=["record", "record_id", "version_after"], name="field_change_of_record"
            ),
        ),
        migrations.RunSQL(KEEP_CHANGES, "DROP FUNCTION inventory_keep_changes() CASCADE;"),
        *(
            migrations.RunSQL(keep_changes_of(table, fields), migrations.RunSQL.noop)
            for table, fields in EDITED.items()
        ),
        migrations.RunSQL(MIRROR, "DROP FUNCTION inventory_movement_mirrors() CASCADE;"),
    ]
