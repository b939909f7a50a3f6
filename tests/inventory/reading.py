"""One answer that is read again and again, and how it came."""

from django.test import Client

URL = "/api/v1/inventory?product=FLOUR"


def read(client: Client) -> tuple[int, str]:
    """The total, and whether it came from the cache."""
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    return answer.json()["total_quantity"], answer["X-Cache"]


def warmed(client: Client) -> None:
    """The first read may only find out that Valkey is another one than before."""
    outcomes = [read(client)[1] for _ in range(3)]
    assert outcomes[-1] == "hit", f"without an answer that is kept nothing is shown: {outcomes}"
