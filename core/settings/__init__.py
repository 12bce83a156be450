"""The merchant's settings of the trunk: typed, with defaults, changed in admin."""
