"""What can be done with tickets; each verb is a function of `(uow, *, …)`."""

from itsm.core.tickets.past import History, PastFile, Step
from itsm.core.tickets.verbs.activate import activate_tickets
from itsm.core.tickets.verbs.attach import attach_file, read_attachment
from itsm.core.tickets.verbs.change import change_ticket, claim_ticket
from itsm.core.tickets.verbs.comment import add_comment
from itsm.core.tickets.verbs.find import count_tickets, find_ticket, list_tickets
from itsm.core.tickets.verbs.history import record_history
from itsm.core.tickets.verbs.lists.counts import count_lists
from itsm.core.tickets.verbs.move import move_ticket
from itsm.core.tickets.verbs.open import open_and_resolve, open_ticket
from itsm.core.tickets.verbs.relate import link_tickets, merge_ticket, set_parent, split_ticket, unlink_tickets
from itsm.core.tickets.verbs.surround import add_tag, log_work, remove_tag, unwatch, watch
from itsm.core.tickets.verbs.touched import touched_by_people

__all__ = [
    "History", "PastFile", "Step", "activate_tickets", "add_comment", "add_tag", "attach_file", "change_ticket",
    "claim_ticket", "count_lists", "count_tickets", "find_ticket", "link_tickets", "list_tickets", "log_work",
    "merge_ticket", "move_ticket", "open_and_resolve", "open_ticket", "read_attachment", "record_history", "remove_tag",
    "set_parent", "split_ticket", "touched_by_people", "unlink_tickets", "unwatch", "watch",
]  # fmt: skip
