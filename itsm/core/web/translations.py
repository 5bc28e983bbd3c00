"""Catalogues: `translations/<locale>.po` of core, blocks and plugins, merged; English is the source."""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from itsm.core.texts import LOCALES


class Catalogues:
    """The merged translations of one desk; a later folder does not overrule an earlier one's sentence."""

    def __init__(self, folders: Iterable[Path]) -> None:
        # Each begins with an empty catalogue of its language: merging adds sentences, but not the rule for plurals.
        self.by_locale = {locale: _compiled(Catalog(locale=locale)) for locale in LOCALES}
        for folder in reversed(list(folders)):
            for locale in LOCALES:
                path = folder / f"{locale}.po"
                if path.is_file():
                    self.by_locale[locale].merge(_read(path, locale, path.stat().st_mtime_ns))

    def gettext(self, locale: str, text: str) -> str:
        """`text` in `locale`, or itself where nobody translated it."""
        return self.by_locale[locale].gettext(text) if text and locale in self.by_locale else text

    def ngettext(self, locale: str, one: str, many: str, number: int) -> str:
        """The plural form for `number`; Russian has three."""
        found = self.by_locale.get(locale)
        return found.ngettext(one, many, number) if found else (one if number == 1 else many)


@cache
def _read(path: Path, locale: str, changed: int) -> Translations:
    """One file; a process that builds its desk again, as after a plugin was enabled, reads only what has changed."""
    with path.open("rb") as file:
        return _compiled(read_po(file, locale=locale, domain="messages"))


def _compiled(catalogue: Catalog) -> Translations:
    """Compiled in memory, so that there is no build step to forget."""
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain="messages")
