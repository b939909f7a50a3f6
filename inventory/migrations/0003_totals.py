"""Totals of each location: exact at every moment, and no row that all writers would queue for.

A statement that changes levels adds one delta a location; a beat task folds the deltas into
`inventory_locationtotal`; the view adds both up. The value needs the product's cost: an edit of
the cost locks the product's levels first, so that it and a movement under way can't each reckon
with the other's old figure.
"""

from django.db import migrations

COLUMNS = "lines, pieces, value, low, out, revision"


def share(level: str, product: str, sign: str) -> str:
    """What one level adds to its location's totals; a sign of -1 takes it away again."""
    return f"""
        SELECT {level}.location_id,
               {sign} * {product}.active::integer AS lines,
               CASE WHEN {product}.unit = 'piece' THEN {sign} * {level}.quantity ELSE 0 END AS pieces,
               {sign} * {level}.quantity * {product}.cost AS value,
               {sign} * ({product}.active AND {level}.status = 'low')::integer AS low,
               {sign} * ({product}.active AND {level}.status = 'out')::integer AS out
    """


def book(shares: str) -> str:
    return f"""
        INSERT INTO inventory_locationtotaldelta (location_id, {COLUMNS})
        SELECT location_id, sum(lines), sum(pieces), sum(value), sum(low), sum(out),
               count(*)
        FROM ({shares}) shares
        GROUP BY location_id
        HAVING sum(lines) <> 0 OR sum(pieces) <> 0 OR sum(value) <> 0
            OR sum(low) <> 0 OR sum(out) <> 0;
    """


INSERTED = book(
    share("n", "p", "1") + "FROM new_levels n JOIN inventory_product p ON p.id = n.product_id"
)
UPDATED = book(
    share("l", "p", "l.sign")
    + """FROM (SELECT product_id, location_id, quantity, status, 1 AS sign FROM new_levels
               UNION ALL
               SELECT product_id, location_id, quantity, status, -1 FROM old_levels) l
         JOIN inventory_product p ON p.id = l.product_id"""
)
REVALUED = book(
    share("l", "NEW", "1")
    + "FROM inventory_stocklevel l WHERE l.product_id = NEW.id UNION ALL"
    + share("l", "OLD", "-1")
    + "FROM inventory_stocklevel l WHERE l.product_id = NEW.id"
)

TOTALS = f"""
CREATE VIEW inventory_locationtotalnow AS
    SELECT location_id, sum(lines)::bigint AS lines, sum(pieces)::bigint AS pieces,
           sum(value) AS value, sum(low)::bigint AS low, sum(out)::bigint AS out,
           sum(revision)::bigint AS revision
    FROM (SELECT location_id, {COLUMNS} FROM inventory_locationtotal
          UNION ALL
          SELECT location_id, {COLUMNS} FROM inventory_locationtotaldelta) AS parts
    GROUP BY location_id;

CREATE FUNCTION inventory_levels_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INSERTED}
    RETURN NULL;
END $$;

CREATE TRIGGER levels_inserted AFTER INSERT ON inventory_stocklevel
    REFERENCING NEW TABLE AS new_levels
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_levels_inserted();

CREATE FUNCTION inventory_levels_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {UPDATED}
    RETURN NULL;
END $$;

CREATE TRIGGER levels_updated AFTER UPDATE ON inventory_stocklevel
    REFERENCING OLD TABLE AS old_levels NEW TABLE AS new_levels
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_levels_updated();

CREATE FUNCTION inventory_product_revalued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM inventory_stocklevel WHERE product_id = NEW.id ORDER BY id FOR NO KEY UPDATE;
    {REVALUED}
    RETURN NULL;
END $$;

CREATE TRIGGER product_revalued AFTER UPDATE ON inventory_product
    FOR EACH ROW WHEN (OLD.cost <> NEW.cost OR OLD.active <> NEW.active)
    EXECUTE FUNCTION inventory_product_revalued();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_versions_and_rules")]

    operations = [
        migrations.RunSQL(
            TOTALS,
            """
            DROP FUNCTION inventory_levels_inserted() CASCADE;
            DROP FUNCTION inventory_levels_updated() CASCADE;
            DROP FUNCTION inventory_product_revalued() CASCADE;
            DROP VIEW inventory_locationtotalnow;
            """,
        )
    ]
