"""Languages of the desk."""
