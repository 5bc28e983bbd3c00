"""Addresses of routes, for tests that try every one of them."""

from typing import Any

from werkzeug.routing import AnyConverter, IntegerConverter, Rule


def address_of(rule: Rule) -> str:
    """A path that the rule matches; what it is about need not be there."""
    found = rule.build({name: _value(converter) for name, converter in rule._converters.items()}, append_unknown=False)
    assert found is not None
    return found[1]


def _value(converter: Any) -> str:
    if isinstance(converter, AnyConverter):
        return str(min(converter.items))
    return "1" if isinstance(converter, IntegerConverter) else "x"
