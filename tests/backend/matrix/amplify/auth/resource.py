from amplify_tui import define_auth

auth = define_auth(email=True, groups=["Admins", "Editors"])
