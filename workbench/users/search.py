"""What a person searches for: by Cognito's own filter where it can, else by reading all users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.users.user_pools import SEARCHABLE, User, search_filter


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


def parse_search(text: str, *, everywhere: bool = False) -> Search:
    """Read ``ann@``, ``name=Ann``, ``name^An``, ``custom:team=blue`` or ``~smith`` (anywhere).

    A plain text is what an e-mail address begins with, which is all that Cognito finds by itself;
    with ``everywhere`` (all users can be read at no cost) it is looked for anywhere, as with ``~``.
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
    if everywhere and not sign:
        wanted = text.casefold()
        return Search(text, finds=lambda user: _anywhere(user, wanted))
    return Search(text, search_filter(text))


def told(search: Search, *, everywhere: bool = False) -> tuple[str, str]:
    """What a search that found nobody looked for, and how to look elsewhere."""
    name, sign, value = _split(search.text)
    if search.text.startswith("~") or (everywhere and not sign):
        wanted = search.text.removeprefix("~").strip()
        return (
            f"No user has {wanted!r} in the username or in an attribute.",
            "name=Ann finds exactly, name^An by the beginning.",
        )
    if not sign:
        return (
            f"No e-mail address begins with {search.text!r}.",
            f"~{search.text} looks anywhere (reads all users); name^An at another attribute.",
        )
    how = "is exactly" if sign == "=" else "begins with"
    return (
        f"No user's {name} {how} {value!r}.",
        f"~{value} looks anywhere" + ("." if everywhere else " (reads all users)."),
    )


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
