"""The table of contents of roster."""

from collections.abc import Sequence

from itsm.plugins import About, Importer, hook

about = About(title={"en": "People from vCards", "ru": "Люди из vCard"})


@hook
def register_importers() -> Sequence[Importer]:
    # Named, not imported: only `itsm import roster` needs it.
    return (Importer("roster", {"en": "Address book (vCard)", "ru": "Адресная книга (vCard)"},
                     "itsm_roster.verbs:import_roster"),)  # fmt: skip
