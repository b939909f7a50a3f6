"""What the database itself holds: versions, the ledger, status, rights that can be followed.

Every rule here is one that a forgetful `update()`, a bulk write or a line typed into psql would
otherwise break. Refusals use SQLSTATE 23514 (check_violation), which Django shows as
IntegrityError.
"""

from django.db import migrations

VERSIONED = ("vendor", "category", "product", "location", "locationaccess", "rightsstamp")

VERSIONS = """
-- A version may be raised by more than one (a batch counts each of its operations), never less.
CREATE FUNCTION inventory_set_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.version := 1;
    ELSE
        NEW.version := GREATEST(NEW.version, OLD.version + 1);
    END IF;
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;
"""

# Named so that it fires first: PostgreSQL fires triggers of one kind by name.
SET_VERSION = """
CREATE TRIGGER a_set_version BEFORE INSERT OR UPDATE ON inventory_{table}
    FOR EACH ROW EXECUTE FUNCTION inventory_set_version();
"""

CHANGED_INDEX = "CREATE INDEX {table}_changed ON inventory_{table} (changed_xid);"

LEVEL = """
-- The location's rule reaches the CHECK through a foreign key of two columns: allowing or
-- forbidding it cascades to every level, and forbidding it is refused while one is negative.
ALTER TABLE inventory_stocklevel ADD CONSTRAINT level_follows_location
    FOREIGN KEY (location_id, may_go_negative)
    REFERENCES inventory_location (id, may_go_negative) ON UPDATE CASCADE;

CREATE FUNCTION inventory_level_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    low_from bigint := NEW.minimum;
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- FOR SHARE: an edit of the product or the location under way would not see this level
        -- and would leave its status, value or rule behind.
        SELECT l.may_go_negative INTO NEW.may_go_negative
            FROM inventory_location l WHERE l.id = NEW.location_id FOR SHARE;
        PERFORM FROM inventory_product p WHERE p.id = NEW.product_id FOR SHARE;
        NEW.created_xid := pg_current_xact_id();
    ELSIF NEW.product_id <> OLD.product_id OR NEW.location_id <> OLD.location_id THEN
        RAISE EXCEPTION 'a stock level keeps its product and its location: move stock by a transfer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'level_stays';
    ELSIF current_setting('liveshelf.rebasing', true) IS DISTINCT FROM 'on' THEN
        NEW.created_xid := OLD.created_xid;
    END IF;
    IF low_from IS NULL THEN
        SELECT p.minimum INTO low_from FROM inventory_product p WHERE p.id = NEW.product_id;
    END IF;
    NEW.status := CASE
        WHEN NEW.quantity - NEW.reserved <= 0 THEN 'out'
        WHEN NEW.quantity - NEW.reserved <= low_from THEN 'low'
        ELSE 'ok'
    END;
    RETURN NEW;
END $$;

CREATE TRIGGER b_level BEFORE INSERT OR UPDATE ON inventory_stocklevel
    FOR EACH ROW EXECUTE FUNCTION inventory_level_before();

CREATE FUNCTION inventory_level_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock levels are never deleted: archive the product or the location'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'level_kept';
END $$;

CREATE TRIGGER level_kept BEFORE DELETE ON inventory_stocklevel
    FOR EACH ROW EXECUTE FUNCTION inventory_level_kept();

-- `changed_xid` is indexed, so no update here is HOT: room in the page and an early vacuum keep
-- the table and that index small.
ALTER TABLE inventory_stocklevel SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500, autovacuum_analyze_scale_factor = 0.05);
"""

LEDGER = """
CREATE FUNCTION inventory_movement_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_xid := pg_current_xact_id();
    RETURN NEW;
END $$;

CREATE TRIGGER a_movement BEFORE INSERT ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION inventory_movement_inserted();

-- One exception: after a logical restore `new_epoch` rebases the transaction ids, which belong to
-- the old cluster, and nothing else (it says so by `liveshelf.rebasing`).
CREATE FUNCTION inventory_ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('liveshelf.rebasing', true) = 'on' THEN
        OLD.changed_xid := NEW.changed_xid;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only: correct a movement by another one, not by %', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_kept';
END $$;

CREATE TRIGGER ledger_kept BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION inventory_ledger_kept();
CREATE TRIGGER ledger_not_truncated BEFORE TRUNCATE ON inventory_stockmovement
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_ledger_kept();
"""

CATALOGUE = """
CREATE FUNCTION inventory_product_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shown bigint;
BEGIN
    IF EXISTS (SELECT FROM inventory_stocklevel WHERE product_id = OLD.id) THEN
        IF NEW.sku <> OLD.sku THEN
            RAISE EXCEPTION 'SKU % is in use and stays: archive the product, make another', OLD.sku
                USING ERRCODE = 'check_violation', CONSTRAINT = 'product_sku_stays';
        END IF;
        IF NEW.unit <> OLD.unit THEN
            RAISE EXCEPTION 'the unit of % is in use and stays: its quantities count in it', OLD.sku
                USING ERRCODE = 'check_violation', CONSTRAINT = 'product_unit_stays';
        END IF;
    END IF;
    IF NEW.vendor_id IS DISTINCT FROM OLD.vendor_id THEN
        -- A row on a screen is as new as the sum of the versions it shows, its vendor's included:
        -- a move to a younger vendor must not make that sum fall. The same for the category.
        SELECT version INTO shown FROM inventory_vendor WHERE id = OLD.vendor_id FOR SHARE;
        NEW.version := NEW.version + COALESCE(shown, 0);
    END IF;
    IF NEW.category_id IS DISTINCT FROM OLD.category_id THEN
        SELECT version INTO shown FROM inventory_category WHERE id = OLD.category_id FOR SHARE;
        NEW.version := NEW.version + COALESCE(shown, 0);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER b_product BEFORE UPDATE ON inventory_product
    FOR EACH ROW EXECUTE FUNCTION inventory_product_before();

CREATE FUNCTION inventory_product_minimum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_stocklevel SET status = status WHERE product_id = NEW.id AND minimum IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER product_minimum AFTER UPDATE OF minimum ON inventory_product
    FOR EACH ROW WHEN (OLD.minimum <> NEW.minimum) EXECUTE FUNCTION inventory_product_minimum();

-- Barcodes are shown as part of their product.
CREATE FUNCTION inventory_barcode_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE inventory_product SET version = version WHERE id = OLD.product_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE inventory_product SET version = version WHERE id = NEW.product_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER barcode_changed AFTER INSERT OR UPDATE OR DELETE ON inventory_barcode
    FOR EACH ROW EXECUTE FUNCTION inventory_barcode_changed();

CREATE FUNCTION inventory_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1)', TG_ARGV[0], TG_ARGV[1])
        INTO used USING OLD.id;
    IF used THEN
        RAISE EXCEPTION 'code % is in use and stays: change the name instead', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0] || '_code_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER location_code_stays BEFORE UPDATE OF code ON inventory_location
    FOR EACH ROW WHEN (OLD.code <> NEW.code)
    EXECUTE FUNCTION inventory_code_stays('inventory_stocklevel', 'location_id');
CREATE TRIGGER vendor_code_stays BEFORE UPDATE OF code ON inventory_vendor
    FOR EACH ROW WHEN (OLD.code <> NEW.code)
    EXECUTE FUNCTION inventory_code_stays('inventory_product', 'vendor_id');
CREATE TRIGGER category_code_stays BEFORE UPDATE OF code ON inventory_category
    FOR EACH ROW WHEN (OLD.code <> NEW.code)
    EXECUTE FUNCTION inventory_code_stays('inventory_product', 'category_id');

CREATE FUNCTION inventory_archive_instead() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    used boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM inventory_stocklevel WHERE %I = $1)', TG_ARGV[0])
        INTO used USING OLD.id;
    IF used THEN
        RAISE EXCEPTION 'what has stock or a history of it is not deleted: archive it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'archive_instead';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER product_archive_instead BEFORE DELETE ON inventory_product
    FOR EACH ROW EXECUTE FUNCTION inventory_archive_instead('product_id');
CREATE TRIGGER location_archive_instead BEFORE DELETE ON inventory_location
    FOR EACH ROW EXECUTE FUNCTION inventory_archive_instead('location_id');
"""

RIGHTS = """
-- A deleted row of rights leaves nothing behind that a reader of changes could find, so every
-- change of rights also stamps its person.
CREATE FUNCTION inventory_stamp_rights(person integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO inventory_rightsstamp (user_id)
        SELECT id FROM auth_user WHERE id = person
        ON CONFLICT (user_id) DO UPDATE SET version = inventory_rightsstamp.version;
$$;

CREATE FUNCTION inventory_rights_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM inventory_stamp_rights(OLD.user_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM inventory_stamp_rights(NEW.user_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER access_stamps AFTER INSERT OR UPDATE OR DELETE ON inventory_locationaccess
    FOR EACH ROW EXECUTE FUNCTION inventory_rights_changed();
CREATE TRIGGER groups_stamp AFTER INSERT OR UPDATE OR DELETE ON auth_user_groups
    FOR EACH ROW EXECUTE FUNCTION inventory_rights_changed();

CREATE FUNCTION inventory_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_stamp_rights(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER person_stamps AFTER UPDATE OF is_active, is_superuser, password ON auth_user
    FOR EACH ROW EXECUTE FUNCTION inventory_person_changed();
"""


def drop(*functions: str) -> str:
    return "\n".join(f"DROP FUNCTION {name} CASCADE;" for name in functions)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(VERSIONS, drop("inventory_set_version()")),
        *(
            migrations.RunSQL(SET_VERSION.format(table=table), migrations.RunSQL.noop)
            for table in (*VERSIONED, "stocklevel")
        ),
        *(
            migrations.RunSQL(CHANGED_INDEX.format(table=table), f"DROP INDEX {table}_changed;")
            for table in (*VERSIONED, "stocklevel", "stockmovement")
        ),
        migrations.RunSQL(
            LEVEL,
            drop("inventory_level_before()", "inventory_level_kept()")
            + "ALTER TABLE inventory_stocklevel DROP CONSTRAINT level_follows_location;",
        ),
        migrations.RunSQL(LEDGER, drop("inventory_movement_inserted()", "inventory_ledger_kept()")),
        migrations.RunSQL(
            CATALOGUE,
            drop(
                "inventory_product_before()",
                "inventory_product_minimum()",
                "inventory_barcode_changed()",
                "inventory_code_stays()",
                "inventory_archive_instead()",
            ),
        ),
        migrations.RunSQL(
            RIGHTS,
            drop(
                "inventory_rights_changed()",
                "inventory_person_changed()",
                "inventory_stamp_rights(integer)",
            ),
        ),
    ]
