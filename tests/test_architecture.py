"""The house: who may import whom, and the one caller of each dangerous thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "inventory", "realtime", "monitoring")
MAY_IMPORT = {
    "inventory": {"inventory"},
    "monitoring": {"monitoring", "inventory"},
    "realtime": {"realtime", "inventory", "monitoring"},
    "config": {"config", "inventory", "realtime", "monitoring"},
}
LONGEST = 300


def sources(app: str, ending: str = ".py") -> Iterator[Path]:
    for path in sorted((ROOT / app).rglob(f"*{ending}")):
        if "migrations" not in path.parts:
            yield path


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("app", APPS)
def test_imports_follow_the_arrows(app: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in sources(app)
        if (found := imported(path) & set(APPS) - MAY_IMPORT[app])
    }

    assert not wrong, f"{app} may import only {sorted(MAY_IMPORT[app])}"


@pytest.mark.parametrize(
    ("words", "folders", "ending", "callers"),
    [
        (r"\bgroup_send\(", APPS, ".py", {"realtime/publish.py"}),
        (r"\bnew WebSocket\(", ("static/js",), ".js", {"static/js/live_page.js"}),
        (r"pg_visible_in_snapshot", APPS, ".py", {"realtime/changes.py"}),
        (
            r"UPDATE inventory_stocklevel|INSERT INTO inventory_stocklevel|"
            r"INSERT INTO inventory_stockmovement|StockMovement\.objects\.(bulk_)?create",
            ("inventory", "monitoring", "config"),
            ".py",
            {"inventory/operations/levels.py", "inventory/operations/ledger.py"},
        ),
    ],
    ids=["group_send", "WebSocket", "snapshot SQL", "writing stock"],
)
def test_each_dangerous_thing_has_one_caller(
    words: str, folders: tuple[str, ...], ending: str, callers: set[str]
) -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in sources(folder, ending)
        if re.search(words, path.read_text())
    }

    assert found, "the words must stand somewhere for this to mean anything"
    assert found <= callers


def test_no_page_asks_anybody_else() -> None:
    """No CDN, no font or picture from elsewhere: templates, styles and scripts name no host.

    But for the names of XML and a base that makes a relative address whole.
    """
    wrong = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("templates", "static")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".html", ".css", ".js", ".svg"}
        for match in re.finditer(r"https?://[^\s\"')]+", path.read_text())
        if not match[0].startswith(("http://www.w3.org/", "http://page"))
    ]

    assert not wrong


def test_templates_hold_no_inline_style_and_no_inline_handler() -> None:
    """The Content-Security-Policy would refuse them in silence."""
    wrong = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in re.finditer(r"\s(style|on[a-z]+|hx-on[:\w-]*)=", path.read_text())
    ]

    assert not wrong


def test_files_stay_of_one_subject() -> None:
    wrong = {
        str(path.relative_to(ROOT)): lines
        for app in (*APPS, "static", "tests")
        for path in (*sources(app), *sources(app, ".js"))
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }

    assert not wrong
