"""The desk of the tour: something of everything, written in a third language, some of it as long as it may be.

All data are Greek, so that on a Russian page each Latin word, and on an English one each Cyrillic word, is a sentence
that somebody forgot to translate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask

from itsm.app import build
from itsm.core.people.verbs import change_own_settings
from itsm.plugins.machinery.members import Member
from tests.fixtures import INCIDENTS
from tests.pages.tour.gallery import hooks as gallery
from tests.security.furnished import Furnished, standing

SAID = (
    "ο εκτυπωτής στο δεύτερο όροφο δεν τυπώνει και το χαρτί μπλοκάρει συχνά από το πρωί όταν οι υπάλληλοι "
    "προσπαθούν να στείλουν έγγραφα στην ουρά του διακομιστή"
)
STOCK = SAID.split()
USUAL = {"comment": 400, "description": 600, "field long text": 300, "fault": 500, "field help": 60, "label": 18}


def greek() -> Any:
    """Words of the length that is usual there; every ninth text is as long as it may be, every 18th in one word."""
    turn = count(1)

    def words(where: str, longest: int) -> str:
        number = next(turn)
        if number % 18 == 0 and longest > 60:
            return f"{number}" + "ατελείωτο" * (longest // 9 - 1)
        wanted = longest if number % 9 == 0 and where != "label" else min(longest, USUAL.get(where, 28))
        text, at = f"{number}", number
        while len(text) < wanted - 14:
            text, at = f"{text} {STOCK[at % len(STOCK)]}", at + 1
        return text[:longest]

    return words


@contextmanager
def toured(folder: Path) -> Iterator[Furnished]:
    """The desk, with a ticket of which everything is too much (`long`), all parts for authors, a page that fails."""
    with standing(folder, greek()) as made:
        made.places["long"] = [_long_ticket(made)]
        for twin in range(2):
            about = {"name": SAID[:150], "addresses": [{"type": "email", "value": f"twin{twin}@example.org"}]}
            made.api("admin", "POST", "/people", json=about)
        _with_gallery(made)
        yield made
        made.desk.database.dispose()


def _long_ticket(made: Furnished) -> int:
    """2,000 lines in one comment, 300 characters in the title, 50 attachments."""
    about = {
        "kind": "incident", "title": "ατελείωτος " * 27, "requested_for": made.world.sample.people["requester"].id,
        "description": "|α|β|\n|-|-|\n" + f"|{'πλατύς' * 30}|{'στήλη' * 30}|\n" * 3 + f"\n```\n{'κώδικας ' * 40}\n```",
        "tags": ["ετικέτα" * 8],
    }  # fmt: skip
    number: int = made.api("agent", "POST", "/tickets", json=about)["number"]
    lines = "\n".join(f"{line}. {STOCK[line % len(STOCK)]} {STOCK[line % 7]}" for line in range(2_000))
    comments = [
        made.api("agent", "POST", f"/tickets/{number}/comments", json={"body": said, "public": public})["id"]
        for said, public in ((lines, True), ("σύντομο", False), ("עברית מימין לשמאל", True))
    ]
    made.places["comment_id"] = comments
    for each in range(50):
        file = (BytesIO(b"x"), f"{each} {'αρχείο' * (each % 12 + 1)}.pdf")
        made.api("agent", "POST", f"/tickets/{number}/attachments", data={"file": file})
    return number


def _with_gallery(made: Furnished) -> None:
    """The desk once more, with a plugin that shows all parts and has a page that fails."""
    fields = [f for fs in made.desk.registry.fields.values() for f in fs.values() if f.name.startswith("desk.")]
    made.desk, made.app = build(
        made.desk.settings, ["incidents", "gallery"], database=made.desk.database, clock=made.world.clock,
        members=[INCIDENTS, Member("gallery", "1", "tests.pages.tour.gallery.hooks", hooks=gallery)], fields=fields,
    )  # fmt: skip
    assert not made.desk.aside, made.desk.aside


def speaks(made: Furnished, who: str, language: str) -> None:
    """From now on somebody reads this language."""
    with made.desk.unit_of_work(made.world.sample.act(made.desk, who)) as uow:
        change_own_settings(uow, locale=language)


def app_of(made: Furnished) -> Flask:
    """The desk's application; unforeseen errors are pages there too, as in production."""
    made.app.testing = False
    return made.app
