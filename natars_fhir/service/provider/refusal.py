"""Refusal: why a provider's login was not taken; a word of ours, and nothing of what it said."""

from __future__ import annotations

from typing import Literal, get_args

Why = Literal[
    "away", "provider", "state", "answer", "signature", "issuer", "audience", "nonce", "time", "subject", "nobody",
    "disabled",
]  # fmt: skip

WHY: tuple[Why, ...] = get_args(Why)


class ProviderRefusedError(Exception):
    """A login that is not taken; ``why`` says so for the log and the page.

    away       the provider does not answer, or not as one does
    provider   it says no itself: somebody went back, or may not
    state      the answer is to no question of this browser
    answer     its answer holds no token
    signature  none, or of no key of the provider, or by an algorithm that is not taken
    issuer, audience, nonce, time, subject   the token is of another, for another, of another login, too old, of nobody
    nobody     the person has no role here
    disabled   the account was disabled here
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why
