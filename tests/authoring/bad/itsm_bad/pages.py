"""A page for everybody, by oversight."""

from flask import Blueprint

pages = Blueprint("bad", __name__)


@pages.get("/")
def open_to_all() -> str:
    """No @needs."""
    return "hello"
