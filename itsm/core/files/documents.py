"""The configuration document of files."""

from collections.abc import Sequence

from itsm.core.files.schemas import UploadsSchema
from itsm.core.hookspecs.declarations import DocumentType

NAME = "core.uploads"
# What runs at a double click.
REFUSED = (
    "appx", "bat", "chm", "cmd", "com", "cpl", "exe", "gadget", "hta", "inf", "jar", "js", "jse", "lnk", "msc", "msi",
    "msp", "pif", "ps1", "reg", "scf", "scr", "url", "vb", "vbe", "vbs", "ws", "wsf", "wsh",
)  # fmt: skip


def file_documents() -> Sequence[DocumentType]:
    """Which kinds of files people may attach."""
    label = {"en": "Files that may be attached", "ru": "Какие файлы можно прикладывать"}
    return (DocumentType(NAME, label, UploadsSchema, {"refused": list(REFUSED), "allowed": []}),)
