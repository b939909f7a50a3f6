import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import inventory.models.tokens


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0008_totals_without_what_was_undone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What uses it: “Till in the corner shop”.", max_length=100
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "shown",
                    models.CharField(editable=False, max_length=8, verbose_name="begins with"),
                ),
                (
                    "may_write",
                    models.BooleanField(
                        default=False,
                        help_text="Without this it only reads, whatever the person may do.",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=inventory.models.tokens.a_year_from_now, verbose_name="works until"
                    ),
                ),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                (
                    "last_used_at",
                    models.DateTimeField(
                        editable=False, help_text="To the minute or so.", null=True
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="The program may do what this person may do.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("person", "name"),
                        name="token_name_once_a_person",
                    )
                ],
            },
        ),
    ]
