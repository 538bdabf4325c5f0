"""The addresses of other APIs that the playground has used, saved without their secrets.

A header's value, and the query string of the address, are written to disk only if the user says
so; a user name and password in the address never are: ``read_address`` refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.model.user_problem import UserProblem
from workbench.private_files import private_folder, write_private

FILE_NAME = "playground-addresses.json"
MOST = 30


@dataclass(frozen=True, slots=True)
class Address:
    """A GraphQL endpoint with the headers that go with every request.

    ``lacks`` names what was left out when it was saved: headers, or ``?`` for the query string.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    keeps_values: bool = False
    lacks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The address without its query string, as shown."""
        return _without_query(self.url)


def read_address(url: str, headers: str, *, keeps_values: bool = False) -> Address:
    """Read what a user typed: an address, and one ``Name: value`` a line; raises UserProblem."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise UserProblem(
            f"{url!r} is not an HTTP address.", "Enter one such as https://example.com/graphql."
        )
    if "@" in parts.netloc:
        raise UserProblem(
            "The address contains a user name.", "Send an Authorization header instead."
        )
    found: dict[str, str] = {}
    for number, line in enumerate(headers.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise UserProblem(
                f"Headers, line {number}: expected Name: value.", "Write one header per line."
            )
        if not value:
            raise UserProblem(f"{name} has no value.", "Write it after the colon.")
        if not value.isascii() or not value.isprintable():
            raise UserProblem(
                f"The value of {name} has characters that are not allowed in a header.",
                "Use printable ASCII characters only.",
            )
        found[name] = value
    return Address(url, found, keeps_values)


class _SavedAddress(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str
    headers: dict[str, str] = {}
    keeps_values: bool = False
    lacks: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    addresses: tuple[_SavedAddress, ...] = ()


def load_addresses(folder: Path) -> tuple[tuple[Address, ...], str]:
    """The saved addresses, the latest first, and a warning if they cannot be read; blocks."""
    try:
        file = _File.model_validate_json((folder / FILE_NAME).read_bytes())
    except FileNotFoundError:
        return (), ""
    except (OSError, ValidationError):
        return (), f"Could not read {FILE_NAME}; saving the next address replaces it"
    return tuple(
        Address(each.url, each.headers, each.keeps_values, each.lacks) for each in file.addresses
    ), ""


def save_address(folder: Path, address: Address) -> None:
    """Save an address, as the latest one; blocks. Raises OSError."""
    others = [each for each in load_addresses(folder)[0] if each.label != address.label]
    _write(folder, [address, *others][:MOST])


def remove_address(folder: Path, address: Address) -> None:
    """Remove an address and what was saved with it; blocks. Raises OSError."""
    _write(folder, [each for each in load_addresses(folder)[0] if each.label != address.label])


def _write(folder: Path, addresses: list[Address]) -> None:
    private_folder(folder)
    file = _File(addresses=tuple(_saved(each) for each in addresses))
    write_private(folder / FILE_NAME, file.model_dump_json(indent=1))


def _saved(address: Address) -> _SavedAddress:
    if address.keeps_values:
        return _SavedAddress(url=address.url, headers=dict(address.headers), keeps_values=True)
    lacks = dict.fromkeys((*address.headers, *address.lacks))
    if urlsplit(address.url).query:
        lacks["?"] = None
    return _SavedAddress(url=_without_query(address.url), lacks=tuple(lacks))


def _without_query(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
