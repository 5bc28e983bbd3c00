"""Texts that stand ready below the inputs of long texts."""

from collections.abc import Sequence

from itsm.core.hookspecs.guards import Draft
from itsm.core.texts import label_text
from itsm.core.web.edge import locale
from itsm.core.web.inputs import Input
from itsm.core.work.uow import UnitOfWork

MOST = 12


def put_ready(uow: UnitOfWork, draft: Draft, inputs: Sequence[Input]) -> None:
    """Let inputs of long texts offer what is ready for them; nobody is asked where there are none."""
    names = {item.name for item in inputs if item.type == "long_text" and not item.fixed}
    told = uow.hook.call("ready_texts", uow=uow, draft=draft, names=names) if names else ()
    for item in inputs:
        mine = [text for _, text in told if text is not None and text.field == item.name]
        item.ready = [(label_text(text.label, locale()), text.text) for text in mine[:MOST]]
