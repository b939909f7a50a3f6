"""docs/protocol.md and the code say the same words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime import crowds, protocol
from realtime.protocol import CLIENT_SAYS, SERVER_SAYS, Close, Malformed, parse

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text()
SAYING = {"tell", "frame", "of"}


def section(title: str) -> str:
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title!r}"
    return found[1]


def messages(title: str) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(re.split(r",\s*", fields))
        for name, fields in re.findall(r"^\| `(\w+) \{(.*?)\}` \|", section(title), re.MULTILINE)
    }


def said() -> Iterator[tuple[str, set[str], set[str]]]:
    """Every message that the server's code says, with the fields it names there, and those that
    it may have besides."""
    for path in sorted((ROOT / "realtime").glob("*.py")):
        module = ast.parse(path.read_text())
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in SAYING:
                fields = {keyword.arg for keyword in node.keywords if keyword.arg}
                perhaps = {
                    field
                    for keyword in node.keywords
                    if not keyword.arg
                    for field in keys(keyword.value, module)
                }
                for word in ast.walk(node.args[0]):
                    if isinstance(word, ast.Constant) and isinstance(word.value, str):
                        yield word.value, fields, perhaps


def keys(unpacked: ast.expr, module: ast.Module) -> Iterator[str]:
    """Of what is written as `**unpacked`: a dictionary, or a name that is given one."""
    if isinstance(unpacked, ast.Name):
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == unpacked.id for target in node.targets
            ):
                yield from keys(node.value, module)
        return
    for node in ast.walk(unpacked):
        if isinstance(node, ast.Dict):
            yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def test_the_page_has_every_message_of_a_client() -> None:
    assert messages("What the client sends") == CLIENT_SAYS


def test_the_page_has_every_message_of_the_server() -> None:
    assert messages("What the server sends") == SERVER_SAYS


def test_the_server_says_nothing_else() -> None:
    found = {type_: set[str]() for type_ in SERVER_SAYS}
    for type_, fields, perhaps in said():
        assert type_ in SERVER_SAYS, f"{type_} is in no table"
        allowed = {field.removesuffix("?") for field in SERVER_SAYS[type_]}
        assert fields <= allowed, f"{type_}: {fields - allowed} are in no table"
        found[type_] = found[type_] | fields | (perhaps & allowed)

    for type_, names in SERVER_SAYS.items():
        never = {name.removesuffix("?") for name in names} - found[type_]
        assert not never, f"{type_}: {never} are in the table, and nobody says them"


@pytest.mark.parametrize("type_", CLIENT_SAYS)
def test_every_message_of_a_client_is_understood(type_: str) -> None:
    """It lacks its fields, and that is what it is refused for."""
    with pytest.raises(Malformed, match=r"^(?!type is one of)"):
        parse(f'{{"type":"{type_}"}}')


def test_the_page_has_every_close_code() -> None:
    found = re.findall(r"^\| (\d{4}) ([\w ]+) \|", section("Close codes"), re.MULTILINE)

    assert {(int(code), name) for code, name in found} == {
        (code.value, code.name.lower().replace("_", " ")) for code in Close
    }


@pytest.mark.parametrize(
    "said_so",
    [
        f"at most {protocol.MOST_TOPICS} topics",
        f"at most at {protocol.MOST_RESOURCES} resources",
        f"at most {protocol.MOST_NAMES} names",
        f"forgotten after {crowds.BELIEVED_FOR_S:.0f} s",
        *(f"`{state}`" for state in protocol.State),
        f"{protocol.FRAMES_A_SECOND} messages a second, {protocol.FRAMES_AT_ONCE} at once",
        f"{protocol.PERSON_FRAMES_A_SECOND} a second, {protocol.PERSON_FRAMES_AT_ONCE} at once",
        f"over {protocol.LARGEST_FRAME_BYTES // 1024} KB",
        f"{protocol.MOST_UNACKED_FRAMES} frames or {protocol.MOST_UNACKED_BYTES // 1024} KB",
        f"at most {protocol.LARGEST_CURSOR_CHARS:,} characters",
    ],
)
def test_the_page_has_every_limit(said_so: str) -> None:
    assert said_so in PAGE
