"""The pages of a user pool's hosted sign-in, for the pools of the local cloud."""
