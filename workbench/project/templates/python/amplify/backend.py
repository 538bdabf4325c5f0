"""The whole backend. Everything that is defined is gathered here."""

from auth.resource import auth
from custom.map import add_map
from data.resource import data
from functions.greeting.resource import greeting
from storage.resource import storage

from amplify_tui import define_backend

backend = define_backend(auth=auth, data=data, storage=storage, greeting=greeting)
add_map(backend)
