"""What the API is made of behind its schema: resolvers, data sources, tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import Model

NONE_SOURCE = "NONE_DS"


def table_source(model: Model) -> str:
    """The name of a model's data source."""
    return f"{model.name}Table"


@dataclass(frozen=True, slots=True)
class Step:
    """A function of a pipeline: JavaScript on a data source; ``name`` is unique in the API."""

    name: str
    source: str
    code: str


@dataclass(frozen=True, slots=True)
class ResolverPlan:
    """How a field is resolved; one step is a unit resolver, several are a pipeline.

    ``owner`` is the model in whose stack it lives, "" for custom operations.
    """

    type_name: str
    field_name: str
    steps: tuple[Step, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A data source: a model's table, a function, an HTTP endpoint, or NONE."""

    name: str
    kind: Literal["table", "function", "http", "none"]
    model: str = ""
    function: FunctionDefinition | None = None
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """A global secondary index; ``sort`` is "" for none."""

    name: str
    partition: str
    sort: str = ""
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A model's table; ``attributes`` are the types (S or N) of all key attributes."""

    model: str
    partition: str
    sort: str
    attributes: tuple[tuple[str, str], ...]
    indexes: tuple[IndexPlan, ...] = ()
