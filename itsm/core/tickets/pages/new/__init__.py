"""Register a ticket: one's forms, who asks, what is there already, and what hangs on the service."""

import itsm.core.tickets.pages.new.page
import itsm.core.tickets.pages.new.requester  # noqa: F401  (each brings its views)
