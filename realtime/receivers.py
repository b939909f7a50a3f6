from typing import Any

from django.dispatch import receiver

from inventory.signals import stock_changed
from realtime.publish import hint


@receiver(stock_changed, dispatch_uid="realtime.hint")
def tell_the_hubs(**_: Any) -> None:
    hint()
