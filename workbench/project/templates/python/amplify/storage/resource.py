"""A bucket for pictures: everybody signed in may look, each user has a folder to write in."""

from amplify_tui import define_storage, grant

storage = define_storage(
    "pictures",
    access={
        "pictures/*": [grant.authenticated("read")],
        "own/{entity_id}/*": [grant.owner("read", "write", "delete")],
    },
)
