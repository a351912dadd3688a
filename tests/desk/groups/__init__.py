"""Groups on the desk and in the API."""
