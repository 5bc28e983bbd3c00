"""Where people begin: the home of staff, and the choice of another first page."""

import itsm.core.tickets.pages.home.page
import itsm.core.tickets.pages.home.start  # noqa: F401  (each brings its views)
