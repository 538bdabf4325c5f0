"""What a person searches for: by Cognito's own filter where it can, else by reading all users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.aws.user_pools import SEARCHABLE, User, search_filter


@dataclass(frozen=True, slots=True)
class Search:
    """``server`` is Cognito's filter; ``finds``, where given, looks at each user that is read."""

    text: str = ""
    server: str = ""
    finds: Callable[[User], bool] | None = None

    @property
    def is_local(self) -> bool:
        """Whether all users must be read for it."""
        return self.finds is not None


def parse_search(text: str) -> Search:
    """Read ``ann@``, ``name=Ann``, ``name^An``, ``custom:team=blue`` or ``~smith`` (anywhere).

    Raises UserPoolProblem for an attribute without a name.
    """
    text = text.strip()
    if not text:
        return Search()
    if text.startswith("~"):
        part = text[1:].strip().casefold()
        return Search(text, finds=lambda user: _anywhere(user, part))
    name, sign, value = _split(text)
    if sign and name not in SEARCHABLE:
        wanted = value.casefold()
        return Search(text, finds=lambda user: _attribute(user, name, sign, wanted))
    return Search(text, search_filter(text))


def _split(text: str) -> tuple[str, str, str]:
    for sign in ("=", "^"):
        name, found, value = text.partition(sign)
        if found and name and all(part.isidentifier() for part in name.split(":")):
            return name, sign, value
    return "", "", ""


def _attribute(user: User, name: str, sign: str, wanted: str) -> bool:
    own = user.attributes.get(name, "").casefold()
    return own == wanted if sign == "=" else own.startswith(wanted)


def _anywhere(user: User, part: str) -> bool:
    return any(part in text.casefold() for text in (user.username, *user.attributes.values()))
