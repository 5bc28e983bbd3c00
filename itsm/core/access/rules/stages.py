"""What a sign-in still lacks before its session is whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Stage = Literal["factor", "password", "enrol", "whole"]
PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The document `core.sign_in`; see its schema for what each number means."""

    minimum_password: int
    one_time_days: int
    refused_words: Sequence[str]
    password_beside_others: bool
    session_days: int
    idle_minutes: int
    confirm_minutes: int
    throttle_minutes: int
    failures_per_pair: int
    failures_per_account: int
    failures_per_address: int
    second_factor_roles: Sequence[str]
    methods_enough: Sequence[str]
    token_days: int
    token_days_most: int
    token_warn_days: int


def is_strong(method: str, factor: str | None, enough: Collection[str]) -> bool:
    """Whether two things were proved: a factor beside the first step, a passkey that knew its owner, or a method whose
    party the desk trusts to have asked for both."""
    return factor is not None or method == PASSKEY or method in enough


def next_stage(*, strong: bool, has_factor: bool, must_change: bool, demanded: bool) -> Stage:
    """The next step of a sign-in. The factor comes first: who lacks it shall not choose a new password."""
    if has_factor and not strong:
        return "factor"
    if must_change:
        return "password"
    return "enrol" if demanded and not strong else "whole"
