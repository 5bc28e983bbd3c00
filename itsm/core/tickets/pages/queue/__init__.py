"""The queue: a list of tickets whose filters, order, groups and columns stand in its address."""

import itsm.core.tickets.pages.queue.bulk
import itsm.core.tickets.pages.queue.keep
import itsm.core.tickets.pages.queue.live
import itsm.core.tickets.pages.queue.page  # noqa: F401  (each brings its views)
