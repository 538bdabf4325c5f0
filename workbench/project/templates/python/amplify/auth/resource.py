"""Sign-in by email, with a welcome of our own."""

from amplify_tui import EmailLogin, define_auth

auth = define_auth(
    email=EmailLogin(
        subject="Welcome to the chat",
        body="Your code is {code}. See you inside!",
    ),
    groups=["Moderators"],
)
