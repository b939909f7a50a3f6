"""An edit of a product's minimum locks its levels in the order in which a batch does.

Two levels of one product, taken in one order by the edit and in another by a batch that books in
both places, were a deadlock; now one waits for the other.
"""

from django.db import migrations

MINIMUM = """
CREATE OR REPLACE FUNCTION inventory_product_minimum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {lock}
    UPDATE inventory_stocklevel SET status = status WHERE product_id = NEW.id AND minimum IS NULL;
    RETURN NULL;
END $$;
"""
IN_ORDER = (
    "PERFORM FROM inventory_stocklevel WHERE product_id = NEW.id ORDER BY id FOR NO KEY UPDATE;"
)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_stock_list_orders")]

    operations = [migrations.RunSQL(MINIMUM.format(lock=IN_ORDER), MINIMUM.format(lock=""))]
