"""A plugin brings an importer of its own, and hears of activated tickets."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from itsm.core.people.verbs import add_organisation
from itsm.core.work.jobs import drain
from itsm.plugins import Happened, Importer, ImportJob, ImportReport, RefusedLine, UnitOfWork, hook, say
from tests.core.importing.kit import HEAD, LOG, run_import


def suppliers(job: ImportJob) -> ImportReport:
    """One name per line; a short one is refused."""
    report = ImportReport()
    with job.unit_of_work(job.act) as uow:
        for line, name in enumerate(job.path.read_text().split(), 1):
            if len(name) < 3:
                report.refused += 1
                report.reasons.append(RefusedLine(line, name, say("Too short.")))
                continue
            add_organisation(uow, name=name)
            report.created += 1
    return report


@hook
def register_importers() -> Sequence[Importer]:
    """A plugin's importer."""
    return (Importer("suppliers", {"en": "Suppliers", "ru": "Поставщики"}, suppliers),)


def test_an_importer_of_a_plugin_runs_like_the_cores_own(with_plugin: Callable[..., Any], tmp_path: Path) -> None:
    desk, _ = with_plugin("buying", register_importers=register_importers)
    (tmp_path / "names.txt").write_text("Ромашка Аб Лютик")
    outcome = run_import(desk, "suppliers", tmp_path / "names.txt")
    assert (outcome.code, outcome.counts["created"], outcome.told) == (1, 2, "line 2 (Аб): Too short.\n")


def test_a_plugin_hears_of_an_activated_ticket_and_of_nothing_imported(
    with_plugin: Callable[..., Any], tmp_path: Path
) -> None:
    from_ledger: list[str] = []

    @hook
    def ticket_opened(uow: UnitOfWork, event: Happened) -> None:
        from_ledger.append(event.type)

    @hook
    def ticket_activated(uow: UnitOfWork, event: Happened) -> None:
        from_ledger.append(event.type)

    desk, _ = with_plugin("listener", ticket_opened=ticket_opened, ticket_activated=ticket_activated)
    (tmp_path / "log.csv").write_text(HEAD + "A1,01.02.2026 10:00,,Новая,t,,,\nA2,01.02.2026 10:00,,Закрыта,t,,,\n")
    (tmp_path / "m.yaml").write_text(LOG)
    assert run_import(desk, "tickets", tmp_path / "log.csv", mapping=str(tmp_path / "m.yaml")).code == 0
    drain(desk)
    assert from_ledger == []
    assert run_import(desk, "tickets", tmp_path / "log.csv", mapping=str(tmp_path / "m.yaml"), activate=True).code == 0
    drain(desk)
    assert from_ledger == ["ticket_activated"], "the closed one stays at rest"
