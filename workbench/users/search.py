"""Search for users: with Cognito's own filter where it can, else by reading all users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.users.user_pools import User

SEARCHABLE = ("username", "email", "phone_number", "name", "given_name", "family_name",
              "preferred_username", "cognito:user_status", "status", "sub")  # fmt: skip
"""What ListUsers filters by itself."""


_READ = "searched here, in all users"
ANYWHERE_HERE = "anywhere, on the local cloud only; on AWS: what an e-mail begins with"


@dataclass(frozen=True, slots=True)
class Search:
    """``server`` is Cognito's filter; ``finds``, where given, looks at each user that is read."""

    text: str = ""
    server: str = ""
    finds: Callable[[User], bool] | None = None

    where: str = ""
    """Where it is searched, in words, if not by Cognito itself."""

    @property
    def is_local(self) -> bool:
        """Whether all users must be read for it."""
        return self.finds is not None


def parse_search(text: str, *, everywhere: bool = False) -> Search:
    """Read ``ann@``, ``name=Ann``, ``name^An``, ``custom:team=blue`` or ``~smith`` (anywhere).

    A plain text is what an e-mail address begins with, which is all that Cognito finds by itself;
    with ``everywhere`` (all users can be read at no cost) it is looked for anywhere, as with ``~``.
    """
    text = text.strip()
    if not text:
        return Search()
    if text.startswith("~"):
        part = text[1:].strip().casefold()
        return Search(text, finds=lambda user: _anywhere(user, part), where=_READ)
    name, sign, value = _split(text)
    if sign and name not in SEARCHABLE:
        wanted = value.casefold()
        return Search(text, finds=lambda user: _attribute(user, name, sign, wanted), where=_READ)
    if everywhere and not sign:
        wanted = text.casefold()
        return Search(text, finds=lambda user: _anywhere(user, wanted), where=ANYWHERE_HERE)
    return Search(text, _filter(name, sign, value) if sign else _filter("email", "^", text))


def nobody_found(search: Search, *, everywhere: bool = False) -> tuple[str, str]:
    """Says that no users match, and how to search elsewhere."""
    name, sign, value = _split(search.text)
    if search.text.startswith("~") or (everywhere and not sign):
        wanted = search.text.removeprefix("~").strip()
        return (
            f"No users match {wanted!r} in the username or an attribute.",
            "name=Ann matches exactly, name^An the beginning.",
        )
    if not sign:
        return (
            f"No users match: e-mail address begins with {search.text!r}.",
            f"~{search.text} searches everywhere (reads all users); name^An another attribute.",
        )
    how = "is exactly" if sign == "=" else "begins with"
    return (
        f"No users match: {name} {how} {value!r}.",
        f"~{value} searches everywhere" + ("." if everywhere else " (reads all users)."),
    )


def equals(name: str, value: str) -> str:
    """Cognito's filter for the users whose attribute is exactly this."""
    return _filter(name, "=", value)


def _filter(name: str, sign: str, value: str) -> str:
    """Cognito's filter: ``name = "Ann"``, or ``name ^= "An"`` for the beginning."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name} {"^=" if sign == "^" else "="} "{escaped}"'


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
