"""The engine of conditions: `common-expression-language`, loaded when the first list is compiled."""

import importlib
from collections.abc import Mapping
from typing import Any

from itsm.blocks.rules.rules.run import Context, Program


class Cel:
    """Compiles conditions, and holds the values of one subject for them."""

    def compile(self, text: str) -> Program:
        """Compile a condition; raises ValueError."""
        program: Program = _library().compile(text)
        return program

    def context(self, values: Mapping[str, Any]) -> Context:
        """The values of one subject."""
        context: Context = _library().Context(variables=dict(values))
        return context


def _library() -> Any:
    """Not every process runs rules."""
    return importlib.import_module("cel")
