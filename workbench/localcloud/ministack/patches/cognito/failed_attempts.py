"""Wrong passwords and MFA codes: ministack counts none; Cognito makes whoever guesses wait.

After five wrong answers a user is locked out for a second, and twice as long after each further
one. A change of the password is limited by the hour. Counted in memory: a restart forgives.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow-things-to-know.html,
"Lockout behavior for failed sign-in attempts"; limits.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import ISSUED, Answer, refuse
from workbench.localcloud.ministack.patches.cognito.totp_setup import KIND

_FREE = 5
"""Wrong passwords before the first lockout."""

_LONGEST_LOCK = 900
_FORGIVEN_AFTER = 900
_HOUR = 3600
_INCORRECT = "Incorrect username or password."
_SIGN_INS = ("InitiateAuth", "AdminInitiateAuth")
_ANSWERS = ("RespondToAuthChallenge", "AdminRespondToAuthChallenge")
_GUESSABLE = ("PASSWORD_VERIFIER", "SELECT_CHALLENGE", "SMS_MFA", KIND)
"""Six wrong codes by e-mail in one session were seen to lock nobody out."""

_AN_HOUR = {"ChangePassword": 5}
"""Wrong attempts of a user in an hour, for an action; ``codes`` counts those at a code."""

_LOCKED = ("NotAuthorizedException", "Password attempts exceeded")
_LIMITED = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")

Who = tuple[str, str, str]
"""Pool, user, and the action whose attempts are counted; "" for sign-ins."""


@dataclass(slots=True)
class _Count:
    wrong: int
    at: float
    locked_until: float = 0.0


class Attempts:
    """Who has guessed wrong how often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[Who, _Count] = {}

    def is_locked(self, who: Who) -> bool:
        """Whether another attempt is refused without a look at it."""
        now, count = self._clock(), self._counts.get(who)
        if count is None:
            return False
        is_sign_in = who[2] == ""
        if now - count.at >= (_FORGIVEN_AFTER if is_sign_in else _HOUR):
            del self._counts[who]
            return False
        if not is_sign_in:
            return count.wrong >= _AN_HOUR[who[2]]
        count.at = now
        return now < count.locked_until

    def was_wrong(self, who: Who) -> None:
        """Count a wrong attempt."""
        now = self._clock()
        count = self._counts.pop(who, None) or _Count(0, now)
        count.wrong += 1
        if who[2] == "":
            count.at = now
            if count.wrong >= _FREE:
                lasts = min(_LONGEST_LOCK, 2 ** min(count.wrong - _FREE, 10))
                count.locked_until = now + lasts
        self._counts[who] = count
        self._forget(now)

    def was_right(self, who: Who) -> None:
        """Forget the wrong attempts of whoever has signed in."""
        self._counts.pop(who, None)

    def _forget(self, now: float) -> None:
        while self._counts:
            oldest = next(iter(self._counts))
            if now - self._counts[oldest].at < _HOUR:
                return
            del self._counts[oldest]


_attempts = Attempts()


def install() -> None:
    """Stand before each call that takes a password or a code."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_counting(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in cognito._UNSIGNED_IDP_ACTIONS:
            cognito._pin_unsigned_idp_scope(data)
        who = _who(action, data)
        if who is None:
            answer: Answer = run(handler, action, data)
            return answer
        if _attempts.is_locked(who):
            return refuse(*(_LIMITED if who[2] else _LOCKED))
        answer = run(handler, action, data)
        if _is_wrong(answer):
            _attempts.was_wrong(who)
        elif answer[0] == 200 and (who[2] or b"AuthenticationResult" in answer[2]):
            _attempts.was_right(who)
        return answer

    cognito._run_idp_handler = run_counting


def _is_wrong(answer: Answer) -> bool:
    if answer[0] != 400:
        return False
    told = json.loads(answer[2])
    code, message = told.get("__type"), told.get("message")
    is_incorrect = code == "NotAuthorizedException" and message == _INCORRECT
    return bool(is_incorrect or code == "CodeMismatchException")


def _who(action: str, data: Mapping[str, Any]) -> Who | None:
    """Whose attempt a call is; None where nothing is guessed."""
    from ministack.services import cognito

    if action in _AN_HOUR:
        user, pool = cognito._user_pool_for_access_token(data.get("AccessToken"))
        return (pool["Id"], user["Username"], action) if user else None
    if action in _SIGN_INS:
        asked = data.get("AuthParameters") or {}
        pool, _ = cognito._pool_for_client(data.get("ClientId"))
        if pool is None or "PASSWORD" not in asked:
            return None
        return pool["Id"], _name(pool, asked.get("USERNAME")), ""
    if action in _ANSWERS and data.get("ChallengeName") in _GUESSABLE:
        return _answering(data)
    return None


def _answering(data: Mapping[str, Any]) -> Who | None:
    """Whose challenge is answered: as its session says, whatever the answer calls itself."""
    from ministack.services import cognito

    session, given = data.get("Session") or "", data.get("ChallengeResponses") or {}
    issued = ISSUED.get(session)
    if issued is not None:
        return issued.pool_id, issued.username, ""
    begun = cognito._challenge_sessions.get(session) or cognito._challenge_sessions.get(
        given.get("PASSWORD_CLAIM_SECRET_BLOCK") or ""
    )
    if begun is None:
        return None
    pool = cognito._get_pool_unscoped(begun["pool_id"])
    return (begun["pool_id"], _name(pool, begun["username"]), "") if pool else None


def _name(pool: Any, given: Any) -> str:
    """The user's own name, whichever alias was given; nobody's attempts count like a user's."""
    from ministack.services import cognito

    user, _ = cognito._resolve_user(pool, given)
    return str(user["Username"] if user else given)
