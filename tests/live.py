"""The browser's side of a live page, in Python: the rules of docs/live-pages.md and no more.

A page is parsed into a tree, frames are applied to it as `fragments.js`, `merge.js`,
`list_rules.js` and `regions.js` of `static/js` do, and two trees are compared by the text of their
`<main>`. Nobody types or has a form open here: what is kept for that is tested in a browser. Rows
that wait behind the chip are shown at once, as if it were pressed after each frame.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any

VOID = {"br", "hr", "img", "input", "link", "meta"}
# Where a region stands moves on with every read; whether something changed it does not say.
IGNORED = {"data-cursor"}
# What a list can be filtered by is read when a page is loaded: a choice that somebody is making
# must not change below their hand.
FILTERS = "filters"

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
        """Like `merge.js`: what the page has in a newer revision stays as it is."""
        held = {element.id: element for element in self.walk() if element.revision is not None}
        self.attributes, self.children = other.attributes, other.children
        for element in list(self.walk()):
            before = held.get(element.id)
            if before and (before.revision or 0) > (element.revision or 0):
                element.attributes, element.children = before.attributes, before.children

    def take_out(self, id: str) -> bool:
        for element in self.walk():
            for child in element.children:
                if isinstance(child, Element) and child.id == id:
                    element.children.remove(child)
                    return True
        return False

    def lines(self, depth: int = 0) -> Iterator[str]:
        if FILTERS in self.attributes.get("class", "").split():
            return
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
    def topics(self) -> set[str]:
        return set().union(*(element.topics for element in self.root.walk()))

    def since(self, topics: set[str]) -> dict[str, set[str]]:
        """The cursors of the regions that brought these topics -> what to subscribe from there."""
        found: dict[str, set[str]] = {}
        for region in self.root.walk():
            if region.topics & topics:
                found.setdefault(region.attributes["data-cursor"], set()).update(
                    region.topics & topics
                )
        return found

    def apply(self, *frames: Frame) -> None:
        """All the frames, then what they ask for, each region once: as `coalescer.js` does."""
        wanted: dict[str, None] = {}
        for frame in frames:
            if frame["type"] == "stale":
                stale = {"html": "", "levels": [], "removed": [], "stale": frame["topics"]}
                wanted |= dict.fromkeys(self._change(stale))
            elif frame["type"] == "changes":
                wanted |= dict.fromkeys(self._change(frame))
        for id in wanted:
            region = self.root.find(id)
            if region is None:
                continue  # it left with a region around it
            answer = parse(self._fetch(region.attributes["data-src"], id)).find(id)
            assert answer is not None, f"the answer for {id} is another region"
            region.become(answer)

    def _change(self, frame: Frame) -> Iterator[str]:
        """Swap and take out what the frame has; yields the regions to ask for again."""
        for fragment in parse(frame["html"]).children:
            if isinstance(fragment, Element) and fragment.id:
                current = self.root.find(fragment.id)
                if current and is_newer(fragment, current):
                    current.become(fragment)
        for gone in frame["removed"]:
            lists = [
                region.id
                for region in self.root.walk()
                if {"id", "data-list", "data-src"} <= region.attributes.keys() and region.find(gone)
            ]
            if self.root.take_out(gone):
                yield from lists[-1:]  # the innermost around it
        for region in self.root.walk():
            if must_ask_again(region, frame):
                yield region.id


def is_newer(fragment: Element, current: Element) -> bool:
    now, then = fragment.revision, current.revision
    return now is None or then is None or now > then


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
