"""The users that are loaded so far, page after page, and which of them are marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from screens.users.user_rows import STANDARD, Order, in_order
from workbench.users.search import Search
from workbench.users.user_pools import PAGE, User, UserDetails, UserPool

CHUNK = 5 * PAGE
"""Users of one reading: five requests, about what two screens and a fast key need."""


class Roster:
    """What the table shows; ``load`` blocks, all else is for the screen's own thread."""

    def __init__(self) -> None:
        self.columns: tuple[str, ...] = STANDARD
        self.order = Order()
        self.search = ""
        self.shown: list[User] = []
        self.marked: set[str] = set()
        self.is_complete = False
        self.finds: Callable[[User], bool] | None = None
        self.read_count = 0
        """Users that were read, whether found or not."""
        self.details: dict[str, UserDetails] = {}
        self._loaded: dict[str, User] = {}
        self._pages: Iterator[User] = iter(())

    def begin(self, pool: UserPool, search: Search) -> None:
        """Forget what is loaded, and look for others."""
        self.finds = search.finds
        self.read_count = 0
        self.details.clear()
        self._loaded.clear()
        self.shown = []
        self.marked.clear()
        self.is_complete = False
        self._pages = pool.users(search.server)

    def load(self) -> Sequence[User]:
        """The next users; fewer than CHUNK where there are no more. Raises UserPoolProblem."""
        return list(islice(self._pages, CHUNK))

    def take(self, users: Sequence[User]) -> None:
        """Add what was loaded."""
        self.is_complete = len(users) < CHUNK
        self.read_count += len(users)
        new = [
            user
            for user in users
            if user.username not in self._loaded and (self.finds is None or self.finds(user))
        ]
        self._loaded.update({user.username: user for user in new})
        self.shown = (
            in_order([*self.shown, *new], self.order)
            if self.order.column
            else [
                *self.shown,
                *new,
            ]
        )

    def put(self, user: User) -> None:
        """A user as they are now; a new one stands first."""
        self.details.pop(user.username, None)
        if user.username in self._loaded:
            at = next(i for i, each in enumerate(self.shown) if each.username == user.username)
            self.shown[at] = user
        else:
            self.shown.insert(0, user)
        self._loaded[user.username] = user

    def remove(self, username: str) -> None:
        """A user who is no more."""
        if self._loaded.pop(username, None) is not None:
            self.shown = [user for user in self.shown if user.username != username]
        self.marked.discard(username)

    def sort(self, order: Order) -> None:
        """Order what is loaded."""
        self.order = order
        self.shown = in_order(list(self._loaded.values()), order)

    def attributes(self) -> tuple[str, ...]:
        """The names of all attributes that a loaded user has."""
        return tuple(sorted({name for user in self.shown for name in user.attributes}))

    def of(self, username: str) -> User | None:
        """A loaded user."""
        return self._loaded.get(username)
