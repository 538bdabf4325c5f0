from amplify_tui import define_function

authorizer = define_function("authorizer.py", name="authorizer")
shout = define_function("shout.py", name="shout")
keys = define_function("keys.py", name="keys")
