"""How values look on a page: Markdown, moments, sizes, durations, labels, in the reader's language and zone."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import nh3
from flask import Flask, g
from flask_babel import format_date, format_datetime, format_decimal, format_timedelta, get_timezone
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from itsm.core.texts import Message, label_text, say
from itsm.core.web import edge

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# What the parser is quick at: brackets cost it the square of their number, all else about 20 µs a character at worst.
MOST_BRACKETS, MOST_ON_A_PAGE = 1_000, 300_000
KEPT = 1_000  # texts as HTML, in each process
UNITS = (say("B"), say("KB"), say("MB"), say("GB"))
CODED = re.compile(r"`([^`]+)`")
SCHEMES = {"http", "https", "mailto", "tel"}


def install(app: Flask) -> None:
    """Give the filters to all templates."""
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True}).disable("image")
    rendered = lru_cache(maxsize=KEPT)(partial(_rendered, parser))  # what was said is read by many, and often
    filters = {
        "label": lambda value: label_text(value, edge.locale()),
        "say": edge.translated,
        "moment": moment,
        "day": day,
        "clock": clock,
        "left": left,
        "ago": ago,
        "size": size,
        "minutes": minutes,
        "number": format_decimal,
        "coded": coded,
        "markdown": lambda text: markdown(rendered, text),
    }
    app.jinja_env.filters.update(filters)


def markdown(rendered: Callable[[str], Markup], text: str) -> Markup:
    """What people typed, as safe HTML: no raw HTML, no pictures, links that give nothing away.

    A text made to be slow, and what comes after very much of them on one page, stands as it was typed.
    """
    g.markdown = g.get("markdown", 0) + len(text)
    if text.count("[") > MOST_BRACKETS or g.markdown > MOST_ON_A_PAGE:
        return Markup('<p class="typed">{}</p>').format(text)
    return rendered(text)


def _rendered(parser: MarkdownIt, text: str) -> Markup:
    safe = nh3.clean(
        parser.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    # What scrolls is reached by keyboard too.
    return Markup(safe.replace("<pre>", '<pre tabindex="0">'))  # noqa: S704  (nh3 cleaned it)


def moment(value: datetime | str | None, format: str = "d MMM y, HH:mm") -> Markup | str:
    """A moment in the reader's zone, as `<time>`; a stored text of a moment is read first."""
    if not value:
        return ""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    shown = escape(format_datetime(when, format))
    exact = escape(format_datetime(when, "full"))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(when.isoformat(), exact, shown)


def local_day(value: datetime) -> date:
    """The day on which a moment falls for the reader."""
    return value.astimezone(get_timezone()).date()


def day(value: date, now: datetime) -> str:
    """A day as a heading: today, yesterday, else the date."""
    away = (local_day(now) - value).days
    if away in (0, 1):
        return edge.translated(say("Yesterday") if away else say("Today"))
    return str(format_date(value, "EEEE, d MMMM y"))


def clock(value: datetime) -> Markup:
    """The time of day, where the day stands above; it names the whole moment."""
    here = value.astimezone(get_timezone())
    return exact_time(here, f"{here:%H:%M}")


def exact_time(here: datetime, shown: str) -> Markup:
    """`shown` as a `<time>` that names the whole moment. Without patterns, for lists hold hundreds of them."""
    at = here.isoformat(" ", "seconds")
    return Markup(f'<time datetime="{here.isoformat()}" title="{at}">{escape(shown)}</time>')  # noqa: S704  (digits)


def left(value: datetime | str | None) -> Markup | str:
    """A moment until which something must happen: a script counts the time that is left; without one it stands there as
    it is."""
    if not value:
        return ""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    shown, exact = format_datetime(when, "d MMM, HH:mm"), format_datetime(when, "full")
    return Markup('<time datetime="{0}" data-left="{0}" title="{1}">{2}</time>').format(when.isoformat(), exact, shown)


def ago(value: datetime, now: datetime) -> str:
    """How long ago a moment was, roughly; the exact one stands beside it."""
    if abs(now - value) < timedelta(minutes=1):
        return edge.translated(say("just now"))
    return str(format_timedelta(value - now, add_direction=True, threshold=0.95))


def local_text(value: datetime | str | None) -> str:
    """A moment as an input of the type `datetime-local` holds it."""
    if not value:
        return ""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return when.astimezone(get_timezone()).strftime("%Y-%m-%dT%H:%M")


def aware(text: str) -> datetime:
    """What such an input sent, in the reader's zone; raises ValueError."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo is not None else when.replace(tzinfo=get_timezone())


def size(count: int) -> str:
    """Bytes for people."""
    value, unit = float(count), UNITS[0]
    for unit in UNITS:
        if value < 1024 or unit == UNITS[-1]:
            break
        value /= 1024
    digits: Any = "0" if unit == UNITS[0] else "0.#"
    return f"{format_decimal(value, digits)} {edge.translated(unit)}"


def coded(text: str) -> Markup:
    """A sentence of ours with what stands in `backticks` as code."""
    return Markup(CODED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def minutes(count: int) -> str:
    """Minutes as hours and minutes."""
    return f"{count // 60}:{count % 60:02d}"


def retold(sentence: Message, values: Mapping[str, Any]) -> str:
    """A sentence of a history in the reader's language; a text that was erased leaves a dash."""
    return edge.translated(Message(sentence.msgid, _Forgiving(values)))


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"
