"""What the rules block asks of plugins: which lists of rules there are, and what their rules may read and set."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from itsm.core.hookspecs.declarations import Finding
from itsm.core.hookspecs.marks import spec
from itsm.core.texts import Label, Message

if TYPE_CHECKING:
    from itsm.blocks.rules.rules.run import RuleList
    from itsm.core.tickets.models import Ticket
    from itsm.core.work.uow import UnitOfWork

LIST = re.compile(r"[a-z][a-z0-9_]{0,30}(\.[a-z][a-z0-9_]{0,40})+")
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
# Words of the language, and what it knows by itself.
RESERVED = frozenset({
    "true", "false", "null", "in", "fields", "size", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "int", "uint", "double",
    "bool", "string", "bytes", "list", "map", "type", "null_type", "has", "dyn", "timestamp", "duration",
})  # fmt: skip
ValueType = Literal["text", "whole", "decimal", "yes_no", "texts"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that conditions may read; where there is none it is `null`.

    folded: a text in its folded form (small letters, ё as е); what conditions look for in it must be folded too.
    """

    name: str
    type: ValueType
    label: Label
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """A value that a rule that matches may set; a variable of the same name then has it for the rules after it.

    check: `(uow, value)`, the sentence that refuses a value which this desk does not know.
    """

    name: str
    type: ValueType
    label: Label
    check: "Callable[[UnitOfWork, Any], Message | None] | None" = None


@dataclass(frozen=True, slots=True)
class Past:
    """A list as it ran: its revision (0: the one in force), the values of its vocabulary, the fields by name."""

    revision: int
    values: Mapping[str, Any]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleListType:
    """A list of rules as the configuration document `rules.<name>`; run it with `run_rules(uow, name, values)`.

    mode: `first` stops at the first rule that matches; `all` applies every one, and what an earlier rule has set
    stays. fields: the subject (ticket, person, …) whose fields conditions read as `fields["plugin.name"]` and rules
    may set by that name. past: `(uow, ticket)`, with which revision and over which values this list ran for a ticket,
    None if it did not. try_out: `(uow, new, old)`, what a new list would have done otherwise with the past.
    example: a body as YAML, shown beside the form.
    """

    name: str
    label: Label
    vocabulary: Sequence[Variable]
    effects: Sequence[Effect]
    mode: Literal["first", "all"] = "all"
    fields: str = ""
    past: "Callable[[UnitOfWork, Ticket], Past | None] | None" = None
    try_out: "Callable[[UnitOfWork, RuleList, RuleList], Sequence[Finding]] | None" = None
    example: str = ""

    def __post_init__(self) -> None:
        """Refuse what no condition could name, while the plugin that brings it is the one that is asked."""
        if not LIST.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a rule list: write it as plugin.list, in small letters")
        if self.mode not in ("first", "all"):
            raise ValueError(f"the rule list {self.name} has the mode {self.mode!r}; it must be first or all")
        names = [*(variable.name for variable in self.vocabulary), *(effect.name for effect in self.effects)]
        wrong = [name for name in names if not NAME.fullmatch(name) or name in RESERVED]
        twice = [v.name for i, v in enumerate(self.vocabulary) if v.name in [w.name for w in self.vocabulary[:i]]]
        if wrong or twice:
            raise ValueError(f"the rule list {self.name} cannot have values named {', '.join([*wrong, *twice])}")


@spec("registers")
def register_rule_lists() -> Sequence[RuleListType]:
    """Lists of rules that a plugin runs: what conditions may read and what rules may set."""
    return ()
