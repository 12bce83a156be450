"""Templates to start from: layouts as JSON files beside this one."""
