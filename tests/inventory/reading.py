"""One answer that is read again and again, and how it came."""

from django.test import Client

from tests.waiting import until

URL = "/api/v1/inventory?product=FLOUR"
WARM_WITHIN_S = 10


def read(client: Client) -> tuple[int, str]:
    """The total, and whether it came from the cache."""
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    return answer.json()["total_quantity"], answer["X-Cache"]


def warmed(client: Client) -> None:
    """The first read may only find out that Valkey is another one than before, and one on a slow
    machine that a look for changes takes longer than it is patient."""
    until(lambda: read(client)[1] == "hit", "an answer is kept", WARM_WITHIN_S)
