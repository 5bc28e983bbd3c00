"""vCards as address books export them (RFC 6350 and its elders): read as far as people need it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Card:
    """One person of the file. line: where the card begins."""

    line: int
    name: str = ""
    organisation: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    whole: bool = False


def cards(lines: Iterable[str]) -> Iterator[Card]:
    """The cards of a file; one that does not end is not `whole`."""
    card: Card | None = None
    for number, name, value in unfolded(lines):
        if (name, value.upper()) == ("BEGIN", "VCARD"):
            if card is not None:
                yield card
            card = Card(number)
        elif card is not None and name == "END":
            card.whole = True
            yield card
            card = None
        elif card is not None:
            _take(card, name, value)
    if card is not None:
        yield card


def unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(line, NAME, value) of each property; a line that begins with a blank goes on with the one before."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if text[:1] in (" ", "\t") and held is not None:
            held = (held[0], held[1] + text[1:])
            continue
        if held is not None:
            yield _split(*held)
        held = (number, text)
    if held is not None:
        yield _split(*held)


def _split(number: int, line: str) -> tuple[int, str, str]:
    head, _, value = line.partition(":")
    name = head.partition(";")[0].rpartition(".")[2].upper()
    return number, name, value.replace("\\,", ",").replace("\\;", ";").replace("\\n", " ").strip()


def _take(card: Card, name: str, value: str) -> None:
    if name == "FN":
        card.name = value
    elif name == "ORG":
        card.organisation = value.partition(";")[0]
    elif name == "EMAIL" and value:
        card.emails.append(value)
    elif name == "TEL" and value:
        card.phones.append(value.removeprefix("tel:"))
