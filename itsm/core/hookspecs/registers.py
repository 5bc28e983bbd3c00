"""*Registers*: asked once, when a desk is built. What a plugin brings is returned as plain declarations.

A plugin that fails here is set aside by name and the desk starts without it (`ITSM_STRICT=1`: it does not start).
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from itsm.core.hookspecs.declarations import (
    CallHandler,
    Command,
    ConfigurationPart,
    DocumentType,
    Field,
    Importer,
    Kind,
    NavEntry,
    Panel,
    Permission,
    ReferenceType,
    Routes,
    Schedule,
    SignInMethod,
    Visible,
)
from itsm.core.hookspecs.marks import spec
from itsm.core.hookspecs.personal import PersonalData, Retained

if TYPE_CHECKING:
    from itsm.core.hookspecs.registry import Registry


@spec("registers")
def register_kinds() -> Sequence[Kind]:
    """Ticket kinds with their default life cycles."""
    return ()


@spec("registers")
def register_fields() -> Sequence[Field]:
    """Fields on tickets, people, organisations or teams, named `<plugin>.<field>`."""
    return ()


@spec("registers")
def register_references() -> Sequence[ReferenceType]:
    """Kinds of things that fields of the type reference may name, such as people or services."""
    return ()


@spec("registers")
def register_permissions() -> Sequence[Permission]:
    """Permissions that roles may grant; a route may only ask for a declared one."""
    return ()


@spec("registers")
def register_routes() -> Sequence[Routes]:
    """Blueprints: pages below `/p/<plugin>`, the API below `/api/v1/<plugin>`."""
    return ()


@spec("registers")
def register_nav() -> Sequence[NavEntry]:
    """Entries of the main navigation."""
    return ()


@spec("registers")
def register_panels() -> Sequence[Panel]:
    """Panels on pages; their contexts are asked for lazily, by the rules of *shows*."""
    return ()


@spec("registers")
def register_calls() -> Sequence[CallHandler]:
    """Handlers of owed calls, named `<plugin>.<call>`: jobs, timers and after-commit work."""
    return ()


@spec("registers")
def register_schedules() -> Sequence[Schedule]:
    """Owed calls that come due again and again."""
    return ()


@spec("registers")
def register_documents() -> "Sequence[DocumentType | Callable[[Registry], Sequence[DocumentType]]]":
    """Configuration documents with their schema and default body.

    A function among them makes documents for what all members of this desk have registered, such as one for each
    rule list.
    """
    return ()


@spec("registers")
def register_configuration() -> Sequence[ConfigurationPart]:
    """Configuration that lies in tables, such as roles or services, so that it goes with `itsm export config`."""
    return ()


@spec("registers")
def register_importers() -> Sequence[Importer]:
    """Things that `itsm import <name> FILE` can bring in."""
    return ()


@spec("registers")
def register_commands() -> Sequence[Command]:
    """Subcommands of the plugin's own group, `itsm <plugin> <command>`."""
    return ()


@spec("registers")
def register_visibility() -> Sequence[Visible]:
    """For a plugin's own tables: which rows an actor may see. Undeclared tables show nothing."""
    return ()


@spec("registers")
def register_sign_in() -> Sequence[SignInMethod]:
    """Ways to sign in that another party proves; each brings buttons for the sign-in page."""
    return ()


@spec("registers")
def register_personal_data() -> Sequence[PersonalData]:
    """What the plugin holds about people beside rows that cascade with them: how to hand it out and how to erase it."""
    return ()


@spec("registers")
def register_retention() -> Sequence[Retained]:
    """What the plugin keeps for a while only; administrators set the days in the document `core.retention`."""
    return ()


@spec("registers")
def register_settings() -> type | None:
    """The marshmallow schema of the plugin's settings, read from `ITSM_<PLUGIN>__<KEY>`."""
    return None
