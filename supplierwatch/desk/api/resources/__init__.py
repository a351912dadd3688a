"""The resources of the API: each file declares its `ENDPOINTS`."""
