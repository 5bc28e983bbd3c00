"""How addresses are compared."""

import re

from itsm.core.texts import fold

TYPES = ("email", "phone", "chat", "external")


def address_fold(type: str, value: str) -> str:
    """The form in which an address is unique: phones by their digits (8 912… and +7 912… are one), others folded."""
    if type != "phone":
        return fold(value)
    digits = re.sub(r"\D", "", value)
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    return digits or fold(value)
