"""Reading the pages that visitors see."""

import html
import re

from werkzeug.test import TestResponse

from itsm.plugins.testing import Visitor

__all__ = ["Visitor", "forms_hold", "hidden"]


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return html.unescape(found.group(1))


def forms_hold(page: TestResponse, text: str) -> bool:
    """Whether some input of the page holds this text."""
    return html.escape(text) in page.text or f'value="{html.escape(text)}"' in page.text
