"""What the core keeps for a while only: each forgets the oldest few that are older than a moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select

from itsm.core.access.models import LoginSession, SignInFailure, Spent, Token
from itsm.core.desk.models import PluginFault
from itsm.core.files.models import StoredFile
from itsm.core.files.verbs import forget_files
from itsm.core.hookspecs.personal import Retained
from itsm.core.intake.models import Intake, IntakeRequest
from itsm.core.privacy.rules import ERASED
from itsm.core.privacy.verbs.erase import erase_tickets
from itsm.core.tickets.models import Attachment, Ticket
from itsm.core.work.uow import UnitOfWork

LOOKED_BACK = timedelta(days=30)


def core_retained() -> Sequence[Retained]:
    """None of these deletes an event: the ledger keeps that something was, and its chain."""
    return (
        Retained("core.sessions", {"en": "Sessions that ended", "ru": "Завершённые сеансы"}, _sessions, 90),
        Retained("core.tokens", {"en": "Tokens that ended", "ru": "Недействующие токены"}, _tokens, 365),
        Retained("core.sign_ins", {"en": "Failed sign-ins", "ru": "Неудачные попытки входа"}, _failures, 2),
        Retained("core.spent", {"en": "Used challenges of passkeys", "ru": "Использованные запросы ключей"}, _spent, 1),
        Retained("core.faults", {"en": "Faults of plugins", "ru": "Сбои модулей"}, _faults, 90),
        Retained(
            "core.uploads", {"en": "Files that nothing names", "ru": "Файлы, которые нигде не указаны"}, _uploads, 7
        ),
        Retained("core.intake", {"en": "Inbound items", "ru": "Входящие"}, _intake, None, least=7),
        Retained(
            "core.requests",
            {"en": "Requests of other systems, whole", "ru": "Запросы других систем целиком"},
            _requests,
            30,
        ),
        Retained("core.ticket_texts", {"en": "Texts of closed tickets", "ru": "Тексты закрытых обращений"}, _tickets),
    )


def _gone(uow: UnitOfWork, model: Any, old: ColumnElement[bool], limit: int) -> int:
    ids = uow.session.scalars(select(model.id).where(old).order_by(model.id).limit(limit)).all()
    uow.session.execute(delete(model).where(model.id.in_(ids)))
    return len(ids)


def _sessions(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, LoginSession, func.coalesce(LoginSession.revoked_at, LoginSession.expires_at) < before, limit)


def _tokens(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, Token, func.coalesce(Token.revoked_at, Token.expires_at) < before, limit)


def _failures(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, SignInFailure, SignInFailure.at < before, limit)


def _spent(uow: UnitOfWork, before: datetime, limit: int) -> int:
    hashes = uow.session.scalars(select(Spent.hash).where(Spent.until < before).limit(limit)).all()
    uow.session.execute(delete(Spent).where(Spent.hash.in_(hashes)))
    return len(hashes)


def _faults(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, PluginFault, PluginFault.at < before, limit)


def _intake(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, Intake, Intake.received_at < before, limit)


def _requests(uow: UnitOfWork, before: datetime, limit: int) -> int:
    return _gone(uow, IntakeRequest, IntakeRequest.received_at < before, limit)


def _uploads(uow: UnitOfWork, before: datetime, limit: int) -> int:
    """Each is looked at for a month of nights; the call that is owed looks into the fields too."""
    named = exists().where(Attachment.sha256 == StoredFile.sha256)
    just_old = (StoredFile.created_at < before, StoredFile.created_at > before - LOOKED_BACK, ~named)
    found = uow.session.scalars(select(StoredFile.sha256).where(*just_old).order_by(StoredFile.created_at).limit(limit))
    forget_files(uow, sha256s=found)
    return 0


def _tickets(uow: UnitOfWork, before: datetime, limit: int) -> int:
    old = (Ticket.category == "closed", Ticket.closed_at < before, Ticket.title != ERASED)
    numbers = uow.session.scalars(select(Ticket.id).where(*old).order_by(Ticket.id).limit(limit)).all()
    erase_tickets(uow, tickets=numbers, because="retention")
    return len(numbers)
