"""From which address somebody asks, behind as many proxies as the settings say and no more."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw; IPv6 by its /64, one household.

    Each proxy adds to the right of X-Forwarded-For, so what stands further left is whatever the
    client wrote, and is not believed.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    proxies: int = settings.PROXIES
    text = seen[-proxies] if 0 < proxies <= len(seen) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(text)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
