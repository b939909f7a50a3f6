"""Forms as a browser sends them back: every field that stands in them, and what was typed."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

HTMX = {"HX-Request": "true"}


class _Fields(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = self.action in marks.get("action", "")
        if tag != "input" or not self.inside or "name" not in marks:
            return
        if marks.get("type") in {"radio", "checkbox"} and "checked" not in marks:
            return
        self.fields[marks["name"]] = marks.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def fields(answer: Any, action: str = "") -> dict[str, str]:
    """What stands in the last form of a page that is sent to such an address."""
    page = _Fields(action)
    page.feed(answer.content.decode())
    page.fields.pop("csrfmiddlewaretoken", None)
    return page.fields


def send_back(
    client: Client, answer: Any, path: str, *, plain: bool = False, typed: dict[str, Any]
) -> Any:
    """Fill in the form that was answered, and send it; `plain` is without a script."""
    filled = fields(answer, path) | typed
    return client.post(path, filled, headers=None if plain else HTMX)


def words(answer: Any) -> str:
    """What a person reads of it, on one line."""
    return " ".join(_Text.of(answer.content.decode()).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @classmethod
    def of(cls, html: str) -> str:
        reader = cls()
        reader.feed(html)
        return "".join(reader.text)
