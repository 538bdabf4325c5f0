from auth.resource import auth
from data.resource import data

from amplify_tui import define_backend

backend = define_backend(auth=auth, data=data)
