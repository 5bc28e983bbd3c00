"""What is secret by its name is shown to nobody: not in events, job arguments, exports or logs."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASK = "•••"
SECRET = re.compile(
    r"(^|[._-])(secrets?|passwords?|passwd|passphrase|tokens?|hash|salt|credentials?|recovery_codes?|private_key|api_key)"
    r"($|[._-])"
)


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a text of this name is nobody's to read; numbers, such as the id of a token, are."""
    return SECRET.search(name.casefold()) is not None


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a mask in the place of secret texts, alone or as [old, new]; nothing else is changed."""
    return {name: _hidden(value) if is_secret(name) else value for name, value in values.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return MASK if value else value
    if isinstance(value, list | tuple):
        return [_hidden(part) for part in value]
    return {name: _hidden(part) for name, part in value.items()} if isinstance(value, Mapping) else value
