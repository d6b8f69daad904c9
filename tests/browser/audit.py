"""What is wrong with a page for somebody who cannot see it, or not well: read off Chromium's accessibility tree,
and computed from the colours and sizes that it really shows."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

from tests.browser.chromium import tell

CONTROLS = {"link", "button", "textbox", "checkbox", "radio", "combobox", "searchbox", "DisclosureTriangle"}
LANDMARKS = {"banner": 1, "main": 1, "contentinfo": 1}

LOOKS = Path(__file__).with_name("looks.js").read_text()


@dataclass(frozen=True)
class Node:
    """A node of the accessibility tree."""

    role: str
    name: str
    properties: dict[str, Any]


def faults(browser: Chrome) -> list[str]:
    """Everything that is wrong with the page that the browser shows."""
    nodes = _tree(browser)
    looks: list[str] = browser.execute_script(LOOKS)
    log: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    refused = [entry["message"] for entry in log if "Content Security Policy" in entry["message"]]
    return [*_unnamed(nodes), *_headings(nodes), *_landmarks(nodes), *looks, *refused]


def colours(browser: Chrome, scheme: str) -> None:
    """Show pages as for somebody who prefers "light" or "dark"."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tell(browser, "Emulation.setEmulatedMedia", {"features": features})


def _tree(browser: Chrome) -> list[Node]:
    """What assistive technology is told, in the order in which it reads."""
    tell(browser, "Accessibility.enable")
    nodes = {node["nodeId"]: node for node in tell(browser, "Accessibility.getFullAXTree")["nodes"]}
    found: list[Node] = []

    def walk(node: dict[str, Any]) -> None:
        if not node["ignored"]:
            properties = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
            name = str(node.get("name", {}).get("value", "")).strip()
            found.append(Node(str(node["role"]["value"]), name, properties))
        for child in node.get("childIds", []):
            if child in nodes:
                walk(nodes[child])

    walk(next(node for node in nodes.values() if "parentId" not in node))
    return found


def _unnamed(nodes: list[Node]) -> list[str]:
    named = CONTROLS | {"image", "navigation", "article", "region"}
    return [f"a {n.role} without a name: {json.dumps(n.properties)}" for n in nodes if n.role in named and not n.name]


def _headings(nodes: list[Node]) -> list[str]:
    levels = [n.properties["level"] for n in nodes if n.role == "heading"]
    jumps = [
        f"a heading of level {b} follows one of level {a}"
        for a, b in zip([0, *levels], levels, strict=False)
        if b > a + 1
    ]
    return jumps + ([] if levels.count(1) == 1 else [f"{levels.count(1)} headings of level 1"])


def _landmarks(nodes: list[Node]) -> list[str]:
    counts = {role: sum(n.role == role for n in nodes) for role in LANDMARKS}
    return [f"{counts[role]} landmarks of the role {role}" for role, want in LANDMARKS.items() if counts[role] != want]
