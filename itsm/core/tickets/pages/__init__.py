"""The pages of tickets: queue, one ticket, new ticket; each view parses, calls a verb and answers."""

import itsm.core.tickets.pages.acts
import itsm.core.tickets.pages.around
import itsm.core.tickets.pages.composer
import itsm.core.tickets.pages.edit
import itsm.core.tickets.pages.export
import itsm.core.tickets.pages.home
import itsm.core.tickets.pages.live
import itsm.core.tickets.pages.new
import itsm.core.tickets.pages.panels
import itsm.core.tickets.pages.queue
import itsm.core.tickets.pages.ticket
import itsm.core.tickets.pages.undo
import itsm.core.tickets.pages.value  # noqa: F401  (each brings its views)
from itsm.core.tickets.pages.blueprint import pages

__all__ = ["pages"]
