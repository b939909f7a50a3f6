"""The four groups and what each may do in the admin (for which a person is also marked staff).

Which stock they see is not decided here: that is LocationAccess, and the manager's name.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission

from inventory.models import GROUPS, MANAGERS, OPERATORS

SEEN = ("barcode", "category", "location", "product", "stocklevel", "stockmovement", "vendor")
KEPT = ("barcode", "category", "location", "product", "vendor")
LOOKED_INTO = ("apitoken", "fieldchange", "ledgercheck", "locationtotalnow", "operation")

PERMISSIONS = {
    "viewer": {f"view_{name}" for name in SEEN},
    "staff": {f"view_{name}" for name in SEEN},
    MANAGERS: {f"view_{name}" for name in (*SEEN, *LOOKED_INTO)}
    | {f"{verb}_{name}" for verb in ("add", "change", "delete") for name in KEPT}
    | {"add_apitoken"},
    OPERATORS: set[str](),
}


def make_groups(**_: Any) -> None:
    """After each migrate: groups that are missing come to be, those that are there stay as they
    were made by whoever administers them."""
    for name in GROUPS:
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(
                Permission.objects.filter(
                    content_type__app_label="inventory", codename__in=PERMISSIONS[name]
                )
            )
