from functions.resource import keys

from amplify_tui import define_storage, grant

storage = define_storage(
    "files",
    is_default=True,
    access={
        "public/*": [
            grant.guest("read"),
            grant.authenticated("read", "write", "delete"),
        ],
        "public/special/*": [grant.authenticated("read")],
        "drop/*": [grant.guest("write"), grant.authenticated("list")],
        "shown/*": [grant.guest("get"), grant.authenticated("delete")],
        "own/{entity_id}/*": [
            grant.owner("read", "write", "delete"),
            grant.groups(["Admins"], "read"),
        ],
        "team/*": [grant.groups(["Editors"], "read", "write")],
        "work/*": [grant.function(keys, "read", "write")],
    },
)

second = define_storage(
    "second",
    access={"team/*": [grant.groups(["Admins"], "read", "write", "delete")]},
)
