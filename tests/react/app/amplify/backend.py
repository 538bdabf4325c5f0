"""The backend of the React quickstart: sign-in of every kind, a model, files."""

from amplify_tui import (
    EmailLogin,
    ExternalProviders,
    Model,
    Multifactor,
    allow,
    define_auth,
    define_backend,
    define_data,
    define_storage,
    grant,
)

APP = "http://localhost:5173/"


class Todo(Model, rules=[allow.owner()]):
    content: str
    done: bool = False


auth = define_auth(
    email=EmailLogin(one_time_password=True),
    passkeys=True,
    external=ExternalProviders(callback_urls=(APP,), logout_urls=(APP,)),
    multifactor=Multifactor("OPTIONAL", totp=True),
)
data = define_data(models=[Todo], default_authorization="user_pool")
storage = define_storage(
    "files",
    access={
        "public/*": [grant.guest("read"), grant.authenticated("read", "write", "delete")],
        "own/{entity_id}/*": [grant.owner("read", "write", "delete")],
    },
)
backend = define_backend(auth=auth, data=data, storage=storage)
