"""The blueprint of the pages of people, and where the page of each of them is."""

from typing import Any

from flask import Blueprint, url_for

pages = Blueprint("people", __name__)
MOST = 50


def place_of(kind: str, id_: int) -> str:
    """The page of a person, an organisation or a team."""
    values: dict[str, Any] = {f"{kind}_id": id_}
    return url_for(f"people.{kind}", **values)
