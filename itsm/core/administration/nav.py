"""The core's entries of the menu *Manage* and of the page *Administration*."""

from collections.abc import Sequence

from itsm.core.hookspecs.declarations import NavEntry


def administration_nav() -> Sequence[NavEntry]:
    """All of them."""
    return (
        NavEntry({"en": "Administration", "ru": "Администрирование"}, "administration.home", 100, "core.configure"),
        NavEntry(
            {"en": "Roles", "ru": "Роли"}, "accounts.roles", 105, "people.accounts", group="people",
            about={"en": "What each role may, side by side", "ru": "Что разрешает каждая роль, рядом друг с другом"},
        ),
        NavEntry(
            {"en": "Background jobs", "ru": "Фоновые задания"}, "work.jobs", 110, "core.calls", group="work",
            about={"en": "What is to be done, what failed; try again", "ru": "Что предстоит, что не вышло; повторить"},
        ),
        NavEntry(
            {"en": "Access tokens", "ru": "Токены доступа"}, "access.all_tokens", 125, "people.accounts",
            group="people", about={"en": "Of all programs and people", "ru": "Всех программ и людей"},
        ),
        NavEntry(
            {"en": "Configuration", "ru": "Настройка"}, "configuration.documents", 130, "core.configure", group="desk",
            about={"en": "All documents, with their revisions", "ru": "Все документы, с их редакциями"},
        ),
        NavEntry(
            {"en": "Fields", "ru": "Поля"}, "fields.overview", 135, "core.configure", group="desk",
            about={"en": "Of tickets, people, organisations, groups", "ru": "Обращений, людей, организаций, групп"},
        ),
        NavEntry(
            {"en": "The configuration as one file", "ru": "Настройка одним файлом"}, "configuration.choose", 140,
            "core.configure", group="desk",
            about={"en": "Write it down, load it after a preview", "ru": "Выгрузить, загрузить с предпросмотром"},
        ),
        NavEntry(
            {"en": "Import", "ru": "Импорт"}, "importing.imports", 142, "core.import", group="work",
            about={"en": "People and tickets from a file, tried first", "ru": "Люди и обращения из файла, с проверкой"},
        ),
        NavEntry(
            {"en": "Settings in force", "ru": "Действующие параметры"}, "administration.settings", 145,
            "core.configure", group="work",
            about={"en": "And where each comes from", "ru": "И откуда каждый взят"},
        ),
    )  # fmt: skip
