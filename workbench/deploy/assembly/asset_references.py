"""Which assets templates refer to, by content hash."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

from workbench.deploy.assembly.template import Template

_HASH = re.compile(rb"[0-9a-f]{64}")
_KEPT = 128
# A template read once is shared by every later diff, so its hashes are kept by identity, together
# with the template itself, which keeps that identity from being used again.
_known: OrderedDict[int, tuple[Template, frozenset[str]]] = OrderedDict()


def referenced_assets(templates: Iterable[Template]) -> frozenset[str]:
    """The asset hashes in the properties of all resources of ``templates``."""
    found: set[str] = set()
    for template in templates:
        found |= _of(template)
    return frozenset(found)


def _of(template: Template) -> frozenset[str]:
    known = _known.get(id(template))
    if known is None:
        text = template.__pydantic_serializer__.to_json(template, by_alias=True)
        known = (template, frozenset(match.decode() for match in _HASH.findall(text)))
        _known[id(template)] = known
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return known[1]
