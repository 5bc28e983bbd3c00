"""Why a sign-in through a provider did not work: each has a sentence for people and its details for the log.

SignInFailed
├── NotOurs       the browser did not begin this sign-in here, or it is over
├── Declined      the provider says that it did not sign anybody in
├── ProviderAway  the provider does not answer as it should
├── Untrue        what the provider says does not hold
│   └── UnknownKey    signed with a key that is not known (yet)
└── Refused       who signs in is clear, and has no place here
"""

from itsm.core.texts import Message, say


class SignInFailed(Exception):
    """`details` is for the log and holds no code, token or secret; `message` is for people."""

    status = 400
    message: Message = say("Signing in did not work.")

    def __init__(self, details: str, message: Message | None = None) -> None:
        self.details = details
        self.message = message or self.message
        super().__init__(details)


class NotOurs(SignInFailed):
    message = say("This sign-in was not begun in this browser, or it took too long. Begin once more.")


class Declined(SignInFailed):
    status = 403
    message = say("The other side did not sign you in. Try again, or take another way to sign in.")


class ProviderAway(SignInFailed):
    status = 502
    message = say(
        "The other side does not answer as it should. Try again in some minutes, or take another way to sign in."
    )


class Untrue(SignInFailed):
    status = 502
    message = say("What the other side says of you could not be confirmed. Tell your administrator the number below.")


class UnknownKey(Untrue):
    """Signed with a key that is not known: any more, or not yet."""


class Refused(SignInFailed):
    status = 403
