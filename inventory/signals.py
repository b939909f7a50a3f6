"""The one thing the rest of the house may listen to."""

from django.dispatch import Signal

# Sent by `inventory.operations` once for each committed call that moved stock, after the commit,
# with `send_robust`: a receiver that fails never fails the write, and none may rely on hearing
# of every change (`queryset.update()` and psql send nothing).
#
# Arguments: level_ids, the frozenset of primary keys of the levels that changed.
stock_changed = Signal()
