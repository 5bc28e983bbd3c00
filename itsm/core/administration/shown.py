"""Settings as administrators read them: what is in force, where it comes from, secrets hidden."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from itsm.core.hookspecs.registry import Registry
from itsm.core.masking import MASK, is_secret
from itsm.core.settings import PREFIX, Settings, SettingsSchema
from itsm.core.texts import Message, say

SOURCES: Mapping[str, Message] = {
    "environment": say("environment"), "file": say("file that ITSM_CONFIG names"), "default": say("default"),
}  # fmt: skip
HIDDEN = frozenset({"secret_key"})


class Line(NamedTuple):
    """One setting. source: environment, file or default."""

    name: str
    value: str
    source: str
    help: Message | str


def core_settings(settings: Settings) -> Iterator[Line]:
    """Those of the desk itself, in the order of the reference."""
    for name, declared in SettingsSchema().fields.items():
        value = _plain(name, _value(settings, name))
        source = settings.sources.get(name, "default")
        yield Line(f"{PREFIX}{name.upper()}", value, source, declared.metadata["help"])


def _value(settings: Settings, name: str) -> Any:
    if name.startswith("outbound_"):
        return settings.outbound.get(name, "")
    return getattr(settings, name)


def plugin_settings(settings: Settings, registry: Registry) -> Iterator[Line]:
    """Those of the plugins that work, by name."""
    for plugin, values in sorted(registry.settings.items()):
        given = settings.plugins.get(plugin, {})
        for name, value in sorted(values.items()):
            full = f"{plugin}__{name}"
            source = settings.sources.get(full, "environment") if name in given else "default"
            yield Line(f"{PREFIX}{full.upper()}", _plain(name, value), source, "")


def _plain(name: str, value: Any) -> str:
    if isinstance(value, tuple | list | frozenset | set):
        value = ", ".join(map(str, value))
    if isinstance(value, bool):
        value = int(value)  # as it is written in the environment
    text = "" if value is None else str(value)
    if not text:
        return ""
    if name in HIDDEN or (is_secret(name) and not isinstance(value, int | float)):
        return MASK
    return without_password(text)


def without_password(text: str) -> str:
    """An address without the password that stands in it; one that cannot be read is hidden whole."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        password, query = parts.password, parts.query
    except ValueError:
        return MASK
    shown = text.partition("?")[0] + (f"?{MASK}" if query else "")
    return shown if password is None else shown.replace(f":{password}@", f":{MASK}@", 1)
