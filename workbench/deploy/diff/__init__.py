"""What differs between an assembly and what is deployed."""
