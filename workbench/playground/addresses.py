"""Other addresses that the playground has been pointed at, remembered without their secrets.

A header's value, and what stands behind ``?`` in the address, is written to disk only where the
user says so; a user name and password inside the address never are: ``read_address`` refuses them.
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

    ``lacks`` names what was left out when it was remembered: headers, or ``?`` for the query part.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    keeps_values: bool = False
    lacks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The address without its query part, as shown."""
        return _bare(self.url)


def read_address(url: str, headers: str, *, keeps_values: bool = False) -> Address:
    """Read what a user typed: an address, and one ``Name: value`` a line; raises UserProblem."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise UserProblem(
            f"{url!r} is no HTTP address.", "Write it whole, such as https://example.com/graphql."
        )
    if "@" in parts.netloc:
        raise UserProblem(
            "The address has a user name in it.", "Send an Authorization header instead."
        )
    found: dict[str, str] = {}
    for number, line in enumerate(headers.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise UserProblem(
                f"Line {number} of the headers is no header.", "Write Name: value, one a line."
            )
        if not value:
            raise UserProblem(f"{name} has no value.", "Write one behind the colon.")
        if not value.isascii() or not value.isprintable():
            raise UserProblem(
                f"The value of {name} has characters that no header can carry.", "Write it anew."
            )
        found[name] = value
    return Address(url, found, keeps_values)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str
    headers: dict[str, str] = {}
    keeps_values: bool = False
    lacks: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    addresses: tuple[_Kept, ...] = ()


def load_addresses(folder: Path) -> tuple[tuple[Address, ...], str]:
    """What is remembered, the latest first, and a warning where it cannot be read; blocks."""
    try:
        file = _File.model_validate_json((folder / FILE_NAME).read_bytes())
    except FileNotFoundError:
        return (), ""
    except (OSError, ValidationError):
        return (), f"{FILE_NAME} cannot be read; it is written anew with the next address"
    return tuple(
        Address(each.url, each.headers, each.keeps_values, each.lacks) for each in file.addresses
    ), ""


def save_address(folder: Path, address: Address) -> None:
    """Put an address in front of those remembered; blocks. Raises OSError."""
    others = [each for each in load_addresses(folder)[0] if each.label != address.label]
    _write(folder, [address, *others][:MOST])


def remove_address(folder: Path, address: Address) -> None:
    """Forget an address and what was kept with it; blocks. Raises OSError."""
    _write(folder, [each for each in load_addresses(folder)[0] if each.label != address.label])


def _write(folder: Path, addresses: list[Address]) -> None:
    private_folder(folder)
    file = _File(addresses=tuple(_kept(each) for each in addresses))
    write_private(folder / FILE_NAME, file.model_dump_json(indent=1))


def _kept(address: Address) -> _Kept:
    if address.keeps_values:
        return _Kept(url=address.url, headers=dict(address.headers), keeps_values=True)
    lacks = dict.fromkeys((*address.headers, *address.lacks))
    if urlsplit(address.url).query:
        lacks["?"] = None
    return _Kept(url=_bare(address.url), lacks=tuple(lacks))


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
