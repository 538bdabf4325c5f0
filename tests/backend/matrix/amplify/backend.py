from auth.resource import auth
from data.resource import data
from functions.resource import keys
from storage.resource import second, storage

from amplify_tui import define_backend

backend = define_backend(auth=auth, data=data, keys=keys, storage=storage, second=second)
