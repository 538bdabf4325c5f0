"""Storage: buckets and who may do what with their paths."""
