"""Behind the door: find, check, order, register, isolate, enable and disable plugins. Not for plugins to import."""
