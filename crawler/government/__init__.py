"""GOV.UK and Parliament: what their APIs say, as entries and texts.

Pure.
"""
