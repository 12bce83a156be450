"""The only door for plugins. Import its modules one by one: pure rules must not drag Flask in."""
