"""A class is known by its name alone."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.architecture.project import PACKAGES, ROOT, syntax_of


def test_public_class_names_are_unique() -> None:
    places = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in syntax_of(path).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(str(path.relative_to(ROOT)))
    assert len(places) > 400  # else the search has found the wrong folder
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
