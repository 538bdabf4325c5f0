from auth.resource import auth
from data.resource import data

from workbench.backend import define_backend

backend = define_backend(auth=auth, data=data)
