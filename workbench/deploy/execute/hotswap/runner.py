"""Carries out a plan's swaps: independent ones side by side, each one reported."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from workbench.aws.clients import Clients
from workbench.deploy.execute.hotswap.appsync import (
    swap_api_key,
    swap_function,
    swap_resolver,
    swap_schema,
)
from workbench.deploy.execute.hotswap.bucket import swap_bucket_content
from workbench.deploy.execute.hotswap.bucket_provider import deploy_by_provider
from workbench.deploy.execute.hotswap.build_project import swap_build_project
from workbench.deploy.execute.hotswap.cloud_control import swap_resource
from workbench.deploy.execute.hotswap.functions import swap_code, swap_configuration
from workbench.deploy.execute.hotswap.refused import is_swap_denied
from workbench.deploy.execute.progress import Progress
from workbench.deploy.failure.failure import failure_from_exception
from workbench.deploy.plan.instructions import (
    Swap,
    SwapApiKey,
    SwapAppSyncFunction,
    SwapBucketContent,
    SwapBuildProject,
    SwapFunctionCode,
    SwapFunctionConfiguration,
    SwapResolver,
    SwapResource,
    SwapSchema,
    swap_kind,
)
from workbench.model.deployment import Failure, StackPath

_SWAPPERS = 8

Began = Callable[[Swap], None]
Ended = Callable[[Swap, float, bool], None]
"""Called with the swap, its seconds and whether it worked; both from worker threads."""


class HotswapError(Exception):
    """Some swaps failed: ``failure`` is the first one's, ``failed`` names what they change.

    ``denied`` are the kinds of swaps that the credentials may not do, ``untouched`` the resources
    that were left as they are: those, and those whose turn did not come. If nothing failed
    otherwise, ``only_denied`` is true.
    """

    def __init__(self, ended: Sequence[_Ended]) -> None:
        failures = [each for each in ended if not each.denied and each.tried] or list(ended)
        super().__init__(failures[0].failure.title)
        self.failure = failures[0].failure
        self.only_denied = all(each.denied or not each.tried for each in ended)
        self.denied = frozenset(swap_kind(each.swap) for each in ended if each.denied)
        self.failed = _resources(each for each in ended if each.tried and not each.denied)
        self.untouched = _resources(ended) - self.failed


@dataclass(frozen=True, slots=True)
class _Ended:
    """A swap that did not work; not ``tried`` if the one before it failed."""

    swap: Swap
    failure: Failure
    denied: bool = False
    tried: bool = True


def _resources(ended: Iterable[_Ended]) -> frozenset[tuple[StackPath, str]]:
    return frozenset((each.swap.target.stack, each.swap.target.logical_id) for each in ended)


def swap_all(
    swaps: Sequence[Swap],
    clients: Clients,
    progress: Progress,
    began: Began = lambda _: None,
    ended: Ended = lambda _swap, _seconds, _ok: None,
) -> None:
    """Carry out all swaps; raises HotswapError once every independent one has been tried.

    Schemas come first, since resolvers refer to their fields. Two swaps of one Lambda function
    follow each other, and so do all swaps of one AppSync API on AWS, which refuses concurrent
    changes. A bucket's files come after a swap of the function that deploys them.
    """
    failures: list[_Ended] = []

    def run(chain: Sequence[Swap]) -> None:
        for number, swap in enumerate(chain):
            began(swap)
            start = time.monotonic()
            failed = _attempt(swap, clients, progress)
            ended(swap, time.monotonic() - start, failed is None)
            if failed is not None:
                failures.append(failed)
                failures.extend(_untried(chain[number + 1 :], failed))
                return

    schemas = [swap for swap in swaps if isinstance(swap, SwapSchema)]
    others = [swap for swap in swaps if not isinstance(swap, SwapSchema)]
    _side_by_side(_chains(schemas, clients), run)
    if failures:
        failures.extend(_untried(others, failures[0]))
    else:
        _side_by_side(_chains(others, clients), run)
    if failures:
        raise HotswapError(failures)


def _untried(swaps: Iterable[Swap], after: _Ended) -> list[_Ended]:
    return [_Ended(swap, after.failure, tried=False) for swap in swaps]


def _side_by_side(chains: Sequence[Sequence[Swap]], run: Callable[[Sequence[Swap]], None]) -> None:
    if len(chains) == 1:
        run(chains[0])
    elif chains:
        with ThreadPoolExecutor(_SWAPPERS, thread_name_prefix="hotswap") as pool:
            list(pool.map(run, chains))


def _chains(swaps: Sequence[Swap], clients: Clients) -> list[list[Swap]]:
    """The swaps in groups: within a group they follow each other, groups run side by side."""
    chains: dict[tuple[str, str], list[Swap]] = {}
    files = [swap for swap in swaps if isinstance(swap, SwapBucketContent)]
    for swap in swaps:
        if not isinstance(swap, SwapBucketContent):
            chains.setdefault(_chain(swap, clients), []).append(swap)
    for swap in files:
        provider = ("lambda", swap.provider.rpartition(":")[2])
        chains.setdefault(provider if provider in chains else _chain(swap, clients), []).append(
            swap
        )
    return list(chains.values())


def _chain(swap: Swap, clients: Clients) -> tuple[str, str]:
    match swap:
        case SwapFunctionCode() | SwapFunctionConfiguration():
            return ("lambda", swap.target.physical_id)
        case SwapApiKey() | SwapAppSyncFunction() | SwapResolver() | SwapSchema() if (
            not clients.is_local
        ):
            return ("appsync", swap.api_id)
        case SwapBucketContent():
            return ("bucket", f"{swap.bucket}/{swap.prefix}")
        case _:
            return ("one", f"{swap.target.stack}/{swap.target.logical_id}")


def _attempt(swap: Swap, clients: Clients, progress: Progress) -> _Ended | None:
    progress.of_swap(swap.target, "UPDATE_IN_PROGRESS", "Hot-swapped")
    try:
        _swap(swap, clients)
    except Exception as error:  # noqa: BLE001 - reported as this swap's failure, the others go on
        cause = failure_from_exception(error, clients.target, swap.title)
        denied = is_swap_denied(error)
        progress.of_swap(
            swap.target, "UPDATE_IN_PROGRESS" if denied else "UPDATE_FAILED", cause.reason
        )
        failure = replace(
            cause,
            construct_path=cause.construct_path or swap.target.construct_path,
            logical_id=cause.logical_id or swap.target.logical_id,
            type=cause.type or swap.target.type,
        )
        return _Ended(swap, failure, denied=denied)
    progress.of_swap(swap.target, "UPDATE_COMPLETE")
    return None


def _swap(swap: Swap, clients: Clients) -> None:
    match swap:
        case SwapFunctionCode():
            swap_code(clients, swap)
        case SwapFunctionConfiguration():
            swap_configuration(clients, swap)
        case SwapApiKey():
            swap_api_key(clients, swap)
        case SwapSchema():
            swap_schema(clients, swap)
        case SwapResolver():
            swap_resolver(clients, swap)
        case SwapAppSyncFunction():
            swap_function(clients, swap)
        case SwapBucketContent():
            if clients.is_local:
                swap_bucket_content(clients, swap)
            else:
                deploy_by_provider(clients, swap)
        case SwapResource():
            swap_resource(clients, swap)
        case SwapBuildProject():
            swap_build_project(clients, swap)
