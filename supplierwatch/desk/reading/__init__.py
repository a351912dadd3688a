"""What the pages and the API about stories share: gathering, marks, facets, exports."""
