"""A life cycle as a graph: what a script draws; the tables of the same page say the same."""

import json
from collections.abc import Mapping
from typing import Any

from flask import url_for

from itsm.core.texts import label_text
from itsm.core.web.edge import locale

PREFIX = "workflow."


def picture(name: str, body: Mapping[str, Any]) -> str:
    """The statuses and steps of a life cycle as JSON; '' for any other document."""
    if not name.startswith(PREFIX):
        return ""
    states = [
        {
            "id": state["key"],
            "label": label_text(state["label"], locale()) or state["key"],
            "category": state["category"],
            "first": state["key"] == body["initial"],
            "url": _page(name, "states", state["key"]),
        }
        for state in body["states"]
    ]
    steps = [
        {
            "source": source,
            "target": step["to"],
            "label": label_text(step["label"], locale()) or step["key"],
            "url": _page(name, "transitions", step["key"]),
        }
        for step in body["transitions"]
        for source in step["from"]
    ]
    return json.dumps({"states": states, "steps": steps}, ensure_ascii=False)


def others(name: str, part: str, body: Mapping[str, Any], entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(key, name) of the statuses that can stand in for this one when it is removed; [] for other entries."""
    if not name.startswith(PREFIX) or part != "states":
        return []
    rest = (state for state in body["states"] if state["key"] != entry.get("key"))
    return [(state["key"], label_text(state["label"], locale()) or state["key"]) for state in rest]


def _page(name: str, part: str, key: str) -> str:
    return url_for("configuration.entry", name=name, part=part, entry=key)
