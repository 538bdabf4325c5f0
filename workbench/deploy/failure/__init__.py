"""Why a deployment failed, and what to do about it."""
