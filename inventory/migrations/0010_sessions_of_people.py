"""Sessions that know their person, and what ends them.

Sessions of before are not carried over: everybody logs in once more.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
-- Pages compare `rights`; `version` also moves when a session ends, which reloads nobody's page.
CREATE OR REPLACE FUNCTION inventory_stamp_rights(person integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO inventory_rightsstamp (user_id)
        SELECT id FROM auth_user WHERE id = person
        ON CONFLICT (user_id) DO UPDATE SET rights = inventory_rightsstamp.rights + 1;
$$;
"""

RIGHTS_BEFORE = """
CREATE OR REPLACE FUNCTION inventory_stamp_rights(person integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO inventory_rightsstamp (user_id)
        SELECT id FROM auth_user WHERE id = person
        ON CONFLICT (user_id) DO UPDATE SET version = inventory_rightsstamp.version;
$$;
"""

ENDED = """
CREATE FUNCTION inventory_session_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inventory_rightsstamp (user_id)
        SELECT id FROM auth_user WHERE id = OLD.person_id
        ON CONFLICT (user_id) DO UPDATE SET version = inventory_rightsstamp.version;
    RETURN NULL;
END $$;

CREATE TRIGGER session_ended AFTER DELETE ON inventory_session
    FOR EACH ROW WHEN (OLD.person_id IS NOT NULL) EXECUTE FUNCTION inventory_session_ended();
"""

# Deferred to no later moment: who reads after the commit finds neither the right nor the session.
END = """
CREATE FUNCTION inventory_end_sessions_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM inventory_session WHERE person_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER person_ends_sessions
    AFTER UPDATE OF is_active, is_staff, is_superuser, password ON auth_user
    FOR EACH ROW WHEN (
        (OLD.is_active, OLD.is_staff, OLD.is_superuser, OLD.password)
        IS DISTINCT FROM (NEW.is_active, NEW.is_staff, NEW.is_superuser, NEW.password))
    EXECUTE FUNCTION inventory_end_sessions_of_person();

CREATE FUNCTION inventory_end_sessions_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM inventory_session WHERE person_id = OLD.user_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        DELETE FROM inventory_session WHERE person_id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER groups_end_sessions AFTER INSERT OR UPDATE OR DELETE ON auth_user_groups
    FOR EACH ROW EXECUTE FUNCTION inventory_end_sessions_of_member();
CREATE TRIGGER permissions_end_sessions
    AFTER INSERT OR UPDATE OR DELETE ON auth_user_user_permissions
    FOR EACH ROW EXECUTE FUNCTION inventory_end_sessions_of_member();

-- A group's name is a right: managers are known by it.
CREATE FUNCTION inventory_group_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM inventory_stamp_rights(user_id) FROM auth_user_groups WHERE group_id = NEW.id;
    DELETE FROM inventory_session USING auth_user_groups member
        WHERE member.group_id = NEW.id AND inventory_session.person_id = member.user_id;
    RETURN NULL;
END $$;

CREATE TRIGGER group_renamed AFTER UPDATE OF name ON auth_group
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION inventory_group_renamed();
"""

END_NOT = """
DROP FUNCTION inventory_end_sessions_of_person() CASCADE;
DROP FUNCTION inventory_end_sessions_of_member() CASCADE;
DROP FUNCTION inventory_group_renamed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_api_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.AddField(
            "rightsstamp", "rights", models.BigIntegerField(db_default=1, default=1, editable=False)
        ),
        migrations.RunSQL(RIGHTS, RIGHTS_BEFORE),
        migrations.RunSQL(ENDED, "DROP FUNCTION inventory_session_ended() CASCADE"),
        migrations.RunSQL(END, END_NOT),
    ]
