"""The home of administrators: what needs attention, everything that can be kept, the settings in force."""
