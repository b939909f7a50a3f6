from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Inventory"

    def ready(self) -> None:
        from inventory.cached import receivers  # noqa: F401  # connects the receivers
        from inventory.groups import make_groups

        # Not a data migration: rights on models exist only once all of them have run. Django's
        # own receiver, which makes those, was connected first.
        post_migrate.connect(make_groups, sender=self)
