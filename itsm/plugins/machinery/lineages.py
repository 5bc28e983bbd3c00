"""The lineages of a desk's members, and the fields that want an index."""

from collections.abc import Callable, Collection, Iterable, Sequence

from itsm.core.hookspecs.declarations import Field
from itsm.core.hookspecs.registry import Registry
from itsm.plugins.machinery.members import Member, installed
from itsm.plugins.machinery.migrate import Lineage


def lineages(members: Iterable[Member]) -> list[Lineage]:
    """One for each loaded member that has a folder `migrations`, in the order given."""
    known = list(members)
    names = {member.name for member in known} | installed().keys()
    return [lineage_of(member, names) for member in known if (member.folder / "migrations").is_dir()]


def lineage_of(member: Member, names: Collection[str]) -> Lineage:
    """The lineage of one member; `names` are all members, because `cmdb_…` is not the table of `cmdb` if there is
    a plugin `cmdb_x` that owns `cmdb_x_…`."""
    return Lineage(member.name, member.folder / "migrations", _owner(member.name, names))


def indexed_fields(registry: Registry) -> Sequence[tuple[str, Field]]:
    """(table, field) of every filterable field."""
    return [(table, f) for table, fields in registry.fields.items() for f in fields.values() if f.filterable]


def _owner(name: str, names: Collection[str]) -> Callable[[str], bool]:
    plugins = sorted((other for other in names if other != "core"), key=len, reverse=True)

    def owns(table: str) -> bool:
        owner = next((other for other in plugins if table.startswith(f"{other}_")), "core")
        return owner == name

    return owns
