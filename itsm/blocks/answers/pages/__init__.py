"""Pages: what is ready, and its use on a ticket."""

import itsm.blocks.answers.pages.macro
import itsm.blocks.answers.pages.shelf
import itsm.blocks.answers.pages.ticket  # noqa: F401  (each brings its views)
from itsm.blocks.answers.pages.blueprint import pages

__all__ = ["pages"]
