"""Functions: their code and packages, their permissions and environment."""
