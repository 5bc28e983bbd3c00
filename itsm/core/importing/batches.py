"""Some tickets on their way into one transaction: compared, checked, their names resolved, and only then written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from itsm.core.errors import DeskError, Invalid
from itsm.core.hookspecs.imports import ImportJob, ImportReport, RefusedLine
from itsm.core.importing.references import Found, find, make
from itsm.core.importing.rules.cells import Named
from itsm.core.importing.rules.pasts import Past, Plan, Told
from itsm.core.texts import Message, say
from itsm.core.tickets.past import Fresh, Known, PastFile, Recorded
from itsm.core.tickets.verbs.history import check_histories, compare_histories
from itsm.core.tickets.verbs.past import write_histories
from itsm.core.work.uow import UnitOfWork


@dataclass(slots=True)
class Run:
    """One import under way. ids: what names meant so far, for names come again and again."""

    job: ImportJob
    plan: Plan
    report: ImportReport
    ids: dict[Named, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """What the mapping calls the other system."""
        return str(self.plan.mapping["source"])

    @property
    def kind(self) -> str:
        """The type of all tickets of this file."""
        return str(self.plan.mapping["kind"])


def placed(place: str, message: Message) -> Message:
    """A reason with its place before it."""
    return say("{place}: {why}", place=place, why=message) if place else message


class Batch:
    """Some tickets on their way into one transaction; each may still be refused, until the first row is written."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ids: dict[Named, int] = {}
        self.recorded: list[tuple[str, Recorded]] = []  # by the ticket's number in the other system
        self.refused: dict[str, list[RefusedLine]] = defaultdict(list)
        self.policies = {
            name: how["strangers"] or run.plan.mapping["strangers"] for name, how in run.plan.mapping["values"].items()
        }

    def record(self, uow: UnitOfWork, pasts: Sequence[Past]) -> None:
        """Compare, check, find what is named, and only then write."""
        fresh = self._compared(uow, pasts)
        for name, invalid in check_histories(uow, kind=self.run.kind, fresh=[one for one, _ in fresh]).items():
            told = next(past.told for one, past in fresh if one.history.external_id == name)
            self.refused[name] += [_of_step(name, told, r.field, r.message) for r in invalid.refusals]
        for one, past in fresh:
            if one.history.external_id not in self.refused:
                self._store(one, past)
        self._resolve(uow, [pair for pair in fresh if pair[0].history.external_id not in self.refused])
        good = [one for one, _ in fresh if one.history.external_id not in self.refused]
        written = write_histories(uow, source=self.run.source, kind=self.run.kind, fresh=good)
        self.recorded += [(one.history.external_id, made) for one, made in zip(good, written, strict=True)]

    def _compared(self, uow: UnitOfWork, pasts: Sequence[Past]) -> list[tuple[Fresh, Past]]:
        compared = compare_histories(uow, source=self.run.source, histories=[past.history for past in pasts])
        fresh = []
        for past, found in zip(pasts, compared, strict=True):
            if isinstance(found, Fresh):
                fresh.append((found, past))
            elif isinstance(found, Known):
                self.recorded.append((past.history.external_id, Recorded("unchanged", found.ticket_id, 0)))
            else:
                self._refuse_whole(past, found)
        return fresh

    def _refuse_whole(self, past: Past, error: DeskError) -> None:
        name, line = past.history.external_id, past.told[0].line
        reasons = [placed(r.field, r.message) for r in error.refusals] or [error.message]
        self.refused[name] += [RefusedLine(line, name, reason) for reason in reasons]

    def _store(self, one: Fresh, past: Past) -> None:
        """Put the files of the new steps into the store, under their own names."""
        steps = list(one.history.steps)
        for number in range(one.first, len(steps)):
            if paths := past.told[number].paths:
                try:
                    files = [stored(self.run.job, path, steps[number].public) for path in paths]
                except DeskError as error:
                    self._refuse_whole(past, error)
                    return
                steps[number] = replace(steps[number], files=files)
        one.history = replace(one.history, steps=steps)

    def _resolve(self, uow: UnitOfWork, fresh: Sequence[tuple[Fresh, Past]]) -> None:
        """Put ids in the place of names; who is not there is made only for tickets that are not refused."""
        run = self.run
        wanted = dict.fromkeys(n for one, _ in fresh for v in one.values for n in v.values() if isinstance(n, Named))
        found = find(uow, run.source, [name for name in wanted if name not in run.ids])
        found.ids |= {name: run.ids[name] for name in wanted if name in run.ids}
        strangers: dict[Named, None] = {}
        for one, past in fresh:
            reasons = list(self._strangers(one, past, found))
            if reasons:
                self.refused[one.history.external_id] += reasons
            else:
                strangers |= dict.fromkeys(self._to_make(one, found))
        self.ids = found.ids | make(uow, run.source, list(strangers))
        for one, _ in fresh:
            one.values = [
                {n: self.ids.get(v) if isinstance(v, Named) else v for n, v in values.items()} for values in one.values
            ]

    def _strangers(self, one: Fresh, past: Past, found: Found) -> Iterator[RefusedLine]:
        for number, values in enumerate(one.values, one.first):
            for name, value in values.items():
                if isinstance(value, Named) and (why := found.refusal(value, self.policies[name])):
                    yield RefusedLine(past.told[number].line, one.history.external_id, placed(f"values.{name}", why))

    def _to_make(self, one: Fresh, found: Found) -> Iterator[Named]:
        for values in one.values:
            for name, value in values.items():
                if isinstance(value, Named) and value not in found.ids and self.policies[name] == "create":
                    yield value


def _of_step(name: str, told: Sequence[Told], field: str, message: Message) -> RefusedLine:
    """A refusal of step `3.team` with the line that tells the step."""
    number, _, place = field.partition(".")
    if number.isdigit():
        return RefusedLine(told[int(number) - 1].line, name, placed(place, message))
    return RefusedLine(told[0].line, name, placed(field, message))


def stored(job: ImportJob, path: str, public: bool) -> PastFile:
    """A file below the folder of `--files`, stored by its content. Raises `Invalid` for one outside it."""
    if job.files is None or job.store is None:
        raise Invalid.field("files", say("The file {path} is named; say --files FOLDER.", path=path))
    folder = job.files.resolve()
    place = (folder / path).resolve()
    if Path(path).is_absolute() or ".." in Path(path).parts or not place.is_relative_to(folder):
        raise Invalid.field("files", say("{path} leads out of the folder.", path=path))
    if not place.is_file():
        raise Invalid.field("files", say("There is no file {path} in the folder.", path=path))
    if job.dry_run:
        return PastFile(place.name, "0" * 64, place.stat().st_size, public)
    with place.open("rb") as stream:
        sha256, size = job.store.put(stream)
    return PastFile(Path(path).name, sha256, size, public)
