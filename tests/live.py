"""The browser's side of a live page, in Python: the rules of docs/live-pages.md and no more.

A page is parsed into a tree, frames are applied to it as `static/js/fragments.js` does, and two
trees are compared by the text of their `<main>`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any

VOID = {"br", "hr", "img", "input", "link", "meta"}
# Where a region stands moves on with every read; whether something changed it does not say.
IGNORED = {"data-cursor"}

Frame = dict[str, Any]
# (address, id of the region) -> the answer
Fetch = Callable[[str, str], str]


@dataclass(eq=False)
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    @property
    def revision(self) -> int | None:
        text = self.attributes.get("data-rev")
        return None if text is None else int(text)

    @property
    def topics(self) -> set[str]:
        return set(self.attributes.get("data-topics", "").split())

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in list(self.children):
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, id: str) -> "Element | None":
        return next((element for element in self.walk() if element.id == id), None)

    def become(self, other: "Element") -> None:
        self.attributes, self.children = other.attributes, other.children

    def remove(self, id: str) -> None:
        for element in self.walk():
            element.children = [
                child for child in element.children if isinstance(child, str) or child.id != id
            ]

    def lines(self, depth: int = 0) -> Iterator[str]:
        shown = {name: text for name, text in self.attributes.items() if name not in IGNORED}
        pad = "  " * depth
        yield pad + " ".join([self.tag, *(f'{k}="{escape(v)}"' for k, v in shown.items())])
        for child in self.children:
            if isinstance(child, Element):
                yield from child.lines(depth + 1)
            elif child.strip():
                yield f"{pad}  {' '.join(child.split())}"


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: text or "" for name, text in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: text or "" for name, text in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(html: str) -> Element:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder._open) == 1, f"<{builder._open[-1].tag}> is not closed"
    return builder.root


class Page:
    def __init__(self, html: str, fetch: Fetch) -> None:
        self.root = parse(html)
        self._fetch = fetch

    @property
    def body(self) -> Element:
        return next(element for element in self.root.walk() if element.tag == "body")

    @property
    def main(self) -> str:
        """What the person sees of it, as text to compare."""
        main = self.root.find("main")
        assert main is not None
        return "\n".join(main.lines())

    @property
    def topics(self) -> list[str]:
        return sorted(set().union(*(element.topics for element in self.root.walk())))

    def apply(self, frame: Frame) -> None:
        if frame["type"] == "stale":
            frame = {**frame, "html": "", "levels": [], "removed": [], "stale": frame["topics"]}
        elif frame["type"] != "changes":
            return
        for fragment in parse(frame["html"]).children:
            if isinstance(fragment, Element) and fragment.id:
                current = self.root.find(fragment.id)
                if current and (fragment.revision or 0) > (current.revision or 0):
                    current.become(fragment)
        for gone in frame["removed"]:
            self.root.remove(gone)
        asked = [region for region in self.root.walk() if must_ask_again(region, frame)]
        for region in asked:
            answer = parse(self._fetch(region.attributes["data-src"], region.id)).find(region.id)
            assert answer is not None, f"the answer for {region.id} is another region"
            region.become(answer)


def must_ask_again(region: Element, frame: Frame) -> bool:
    """The same rules as `static/js/list_rules.js`."""
    marks = region.attributes
    if not (region.id and "data-src" in marks and "data-topics" in marks):
        return False
    stale = region.topics & set(frame["stale"])
    if "data-list" not in marks:
        return bool(stale)
    levels = [
        level
        for level in frame["levels"]
        if {f"location:{level['location']}", f"product:{level['sku']}"} & region.topics
        or any(topic.startswith("vendor:") for topic in stale)
    ]
    if any(level.get("new") for level in levels):
        return True
    if "data-volatile" in marks and (levels or frame["removed"]):
        return True
    holds_stock = any(element.id.startswith("stock-") for element in region.walk())
    came_by_itself = holds_stock and bool(frame["levels"] or frame["removed"])
    return bool(stale) and not came_by_itself
