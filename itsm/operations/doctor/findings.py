"""A finding of the doctor, and how findings are told."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["wrong", "warning", "well"]


@dataclass(frozen=True, slots=True)
class Finding:
    """level: `wrong` makes the doctor end with 1. about: a word for the part. mend: what to do, '' where nothing is."""

    level: Level
    about: str
    sentence: str
    mend: str = ""

    def values(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def lines(self) -> str:
        """For people."""
        mark = {"wrong": "WRONG  ", "warning": "warning", "well": "well   "}[self.level]
        return f"{mark}  {self.about}: {self.sentence}" + (f"\n         → {self.mend}" if self.mend else "")


def well(about: str, sentence: str) -> Finding:
    """Nothing to mend."""
    return Finding("well", about, sentence)


def wrong(about: str, sentence: str, mend: str) -> Finding:
    """Something that must be mended."""
    return Finding("wrong", about, sentence, mend)


def warning(about: str, sentence: str, mend: str) -> Finding:
    """Something that may be meant so."""
    return Finding("warning", about, sentence, mend)


def or_well(found: Iterable[Finding], about: str, sentence: str) -> list[Finding]:
    """The findings, or that all is well where there are none."""
    return list(found) or [well(about, sentence)]
