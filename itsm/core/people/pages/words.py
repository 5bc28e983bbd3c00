"""What the values of people, organisations and groups are called, in forms and histories alike."""

from collections.abc import Mapping

from itsm.core.texts import Message, say

LABELS: Mapping[str, Message] = {
    "key": say("Short code (latin letters, stays for ever)"),
    "name": say("Name"),
    "person.name": say("Full name"),
    "name_ru": say("Name in Russian"),
    "name_en": say("Name in English"),
    "email": say("E-mail"),
    "phone": say("Phone"),
    "organisation": say("Organisation"),
    "locale": say("Language"),
    "timezone": say("Time zone"),
    "premium": say("Premium"),
    "premium_until": say("Premium until"),
    "active": say("Active"),
    "contracts": say("Contracts"),
    "domains": say("Domains"),
    "parent": say("Parent group"),
    "head": say("Head"),
    "level": say("Level"),
    "line": say("Line"),
    "members": say("Members"),
}
LEVEL_NAMES = {"group": say("Group"), "division": say("Division"), "department": say("Department")}
LINE_NAMES = {
    "": say("no line"),
    "L1": say("First line"),
    "L2": say("Second line"),
    "L3": say("Third line"),
    "commercial": say("Commercial"),
    "development": say("Development"),
}
# Each in its own language, so that everybody finds theirs.
LANGUAGES = {"ru": "Русский", "en": "English"}
