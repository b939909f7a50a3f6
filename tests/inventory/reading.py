"""One answer that is read again and again, and how it came."""

import time

from django.test import Client

URL = "/api/v1/inventory?product=FLOUR"
WARM_WITHIN_S = 10
# As fast as it goes, a fast machine would run into the limit of one person.
BETWEEN_READS_S = 0.01


def read(client: Client) -> tuple[int, str]:
    """The total, and whether it came from the cache."""
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    return answer.json()["total_quantity"], answer["X-Cache"]


def warmed(client: Client) -> None:
    """The first read may only find out that Valkey is another one than before, and one on a slow
    machine that a look for changes takes longer than it is patient."""
    until = time.monotonic() + WARM_WITHIN_S
    while (outcome := read(client)[1]) != "hit":
        assert time.monotonic() < until, f"no answer is kept, so nothing is shown: {outcome}"
        time.sleep(BETWEEN_READS_S)
