"""What signing in leaves behind and nobody needs any more."""

from datetime import timedelta

from sqlalchemy import delete, or_

from itsm.core.access.models import LoginSession, SignInFailure, Spent
from itsm.core.work.uow import UnitOfWork

FAILURES_KEPT, SESSIONS_KEPT = timedelta(days=2), timedelta(days=90)


def tidy_sign_in(uow: UnitOfWork) -> None:
    """Remove old failures, spent challenges, and sessions that ended long ago; their events stay."""
    uow.session.execute(delete(SignInFailure).where(SignInFailure.at < uow.now - FAILURES_KEPT))
    uow.session.execute(delete(Spent).where(Spent.until < uow.now))
    long_ago = uow.now - SESSIONS_KEPT
    ended = or_(LoginSession.expires_at < long_ago, LoginSession.revoked_at < long_ago)
    uow.session.execute(delete(LoginSession).where(ended))
