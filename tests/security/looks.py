"""Whether a page holds anything that would run, as a parser of HTML sees it."""

from html.parser import HTMLParser

HARMLESS = frozenset({"path", "svg", "circle", "rect", "g", "line", "polyline", "title"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inline = tag == "script" and not given.get("src", "").startswith("/static/")
        if inline or tag in ("iframe", "object", "embed", "base", "style", "math", "template", "marquee"):
            self.found.append(f"<{tag}>")
        if given.get("target") == "_blank" and "noopener" not in given.get("rel", ""):
            self.found.append(f"<{tag} target=_blank> that hands over its window")
        for name, value in given.items():
            scheme = "".join(c for c in value if c > " ").lower()
            if tag == "img" and scheme.startswith("data:image/"):
                continue  # a picture of a page's own, such as a QR code: nothing in it runs
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"<{tag} {name}>")
            elif name in ("href", "src", "action", "formaction") and scheme.startswith(
                ("javascript:", "data:", "vbscript:", "//")
            ):
                self.found.append(f"<{tag} {name}={value[:40]}>")


def active(page: str) -> list[str]:
    """What would run or load from elsewhere: inline scripts and styles, handlers, links to scripts, frames."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
